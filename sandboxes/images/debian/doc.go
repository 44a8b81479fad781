// Package debian turns a list of Debian package names into the files of a root
// file system, without Debian's own tools, so that a sandbox image can be built
// wherever a Docker Engine answers.
//
// The chain of trust is Debian's: an InRelease file signed by an archive key
// that is built into the program, the SHA-256 of the package index in that
// file, and the SHA-256 of every package in that index.
package debian
