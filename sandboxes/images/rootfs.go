package images

import (
	"fmt"
	"slices"
	"strings"

	"incubator/sandboxes/images/debian"
)

// User is the user that images run as by default: no name on the host, no
// rights in the image.
const User = "1000:1000"

// mountPoints are the folders of the run contract. They exist in the image
// because a read-only root cannot grow them; images of participants may lack them.
var mountPoints = []string{
	"app", "app/program", "app/input_data", "app/output", "app/input", "app/input/ref", "app/input/res",
	"app/ingested_program", "app/shared",
}

const passwd = `root:x:0:0:root:/root:/usr/sbin/nologin
sandbox:x:1000:1000:sandbox:/tmp:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`

const group = `root:x:0:
tty:x:5:
sandbox:x:1000:
nogroup:x:65534:
`

const nsswitch = `passwd: files
group: files
hosts: files dns
networks: files
protocols: files
services: files
`

// skeleton is what the lowest layer of every image has. The folders of the
// root come first, since a program that unpacks a tar file follows its order.
func skeleton() []debian.Entry {
	var all []debian.Entry
	for _, dir := range []string{"dev", "etc", "proc", "root", "run", "sys", "usr", "var"} {
		all = append(all, debian.Entry{Path: dir, Dir: true, Mode: 0o755})
	}
	all = append(all,
		debian.Entry{Path: "tmp", Dir: true, Mode: 0o1777},
		debian.Entry{Path: "etc/passwd", Mode: 0o644, Body: []byte(passwd)},
		debian.Entry{Path: "etc/group", Mode: 0o644, Body: []byte(group)},
		debian.Entry{Path: "etc/nsswitch.conf", Mode: 0o644, Body: []byte(nsswitch)},
	)
	for _, dir := range mountPoints {
		all = append(all, debian.Entry{Path: dir, Dir: true, Mode: 0o755})
	}
	return all
}

// debianRoot is what Debian's installer would make and no package contains:
// the merged /usr and the links in /var.
func debianRoot() []debian.Entry {
	var all []debian.Entry
	for _, dir := range []string{"bin", "sbin", "lib", "lib64"} {
		all = append(all,
			debian.Entry{Path: "usr/" + dir, Dir: true, Mode: 0o755},
			debian.Entry{Path: dir, Link: "usr/" + dir})
	}
	return append(all,
		debian.Entry{Path: "run/lock", Dir: true, Mode: 0o1777},
		debian.Entry{Path: "var/run", Link: "/run"},
		debian.Entry{Path: "var/lock", Link: "/run/lock"},
		debian.Entry{Path: "var/tmp", Dir: true, Mode: 0o1777},
		debian.Entry{Path: "etc/timezone", Mode: 0o644, Body: []byte("Etc/UTC\n")},
	)
}

// statusFiles let vulnerability scanners list the packages of an image that
// has no package manager: one file for each, where they look for them.
func statusFiles(packages []Package) []debian.Entry {
	var all []debian.Entry
	for _, p := range packages {
		var text strings.Builder
		fmt.Fprintf(&text, "Package: %s\nStatus: install ok installed\nArchitecture: %s\n", p.Name, p.Arch)
		if p.Source != "" {
			fmt.Fprintf(&text, "Source: %s\n", p.Source)
		}
		fmt.Fprintf(&text, "Version: %s\n", p.Version)
		all = append(all, debian.Entry{Path: "var/lib/dpkg/status.d/" + p.Name, Mode: 0o644, Body: []byte(text.String())})
	}
	return all
}

// linkerCache is the cache over the libraries of this layer and those below.
func linkerCache(lower, own []debian.Library, arch string) debian.Entry {
	return debian.Entry{Path: "etc/ld.so.cache", Mode: 0o644, Body: debian.LinkerCache(slices.Concat(lower, own), arch)}
}
