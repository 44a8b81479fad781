package imagearchive

// Archive is a checked image archive.
type Archive struct{}
