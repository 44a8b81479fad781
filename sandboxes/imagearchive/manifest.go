package imagearchive

import (
	"context"
	"encoding/json"
	"path"
	"strings"
)

const dockerManifestName = "manifest.json"

type dockerManifest struct {
	Config   string   `json:"Config"`
	RepoTags []string `json:"RepoTags"`
	Layers   []string `json:"Layers"`
}

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Platform  *struct {
		Architecture string `json:"architecture"`
		OS           string `json:"os"`
	} `json:"platform"`
}

type ociIndex struct {
	Manifests []descriptor `json:"manifests"`
}

type ociManifest struct {
	Config descriptor   `json:"config"`
	Layers []descriptor `json:"layers"`
}

// read finds the one image of the archive and checks all of it.
func (a *Archive) read(ctx context.Context, arch string, caps Caps) error {
	x, err := readIndex(a.file, caps)
	if err != nil {
		return err
	}
	var layers []string
	switch {
	case x.has(dockerManifestName):
		layers, err = a.readDocker(x)
	case x.has("index.json"):
		layers, err = a.readOCI(x, arch)
	default:
		err = invalid("it has neither manifest.json (docker save) nor index.json (OCI layout)")
	}
	if err != nil {
		return err
	}
	if err := a.checkConfig(arch, len(layers), caps); err != nil {
		return err
	}
	return a.checkLayers(ctx, x, layers, caps)
}

func (x *index) has(name string) bool {
	_, err := x.find(name)
	return err == nil
}

func (a *Archive) readDocker(x *index) ([]string, error) {
	var manifests []dockerManifest
	if _, err := x.document(dockerManifestName, &manifests); err != nil {
		return nil, err
	}
	if len(manifests) != 1 {
		return nil, invalid("it holds %d images; save exactly one", len(manifests))
	}
	if err := a.readConfig(x, manifests[0].Config); err != nil {
		return nil, err
	}
	// Both generations of docker save name the configuration by its hash.
	stem := strings.TrimSuffix(path.Base(manifests[0].Config), ".json")
	if isHash(stem) && digestPrefix+stem != a.ID {
		return nil, invalid("the configuration does not have the hash of its name")
	}
	return manifests[0].Layers, nil
}

func (a *Archive) readOCI(x *index, arch string) ([]string, error) {
	manifest, err := x.ociManifest("index.json", arch, 0)
	if err != nil {
		return nil, err
	}
	name, err := blobName(manifest.Config.Digest)
	if err != nil {
		return nil, err
	}
	if err := a.readConfig(x, name); err != nil {
		return nil, err
	}
	if a.ID != manifest.Config.Digest {
		return nil, invalid("the configuration does not have the hash that the manifest gives")
	}
	var layers []string
	for _, l := range manifest.Layers {
		name, err := blobName(l.Digest)
		if err != nil {
			return nil, err
		}
		layers = append(layers, name)
	}
	return layers, nil
}

// ociManifest follows an index, which may hold another one, to the image of
// the architecture.
func (x *index) ociManifest(name, arch string, depth int) (*ociManifest, error) {
	var list ociIndex
	if _, err := x.document(name, &list); err != nil {
		return nil, err
	}
	chosen, err := choose(list.Manifests, arch)
	if err != nil {
		return nil, err
	}
	blob, err := blobName(chosen.Digest)
	if err != nil {
		return nil, err
	}
	var manifest ociManifest
	text, err := x.document(blob, &manifest)
	if err != nil {
		return nil, err
	}
	if digestOf(text) != chosen.Digest {
		return nil, invalid("the manifest does not have the hash that the index gives")
	}
	if manifest.Config.Digest == "" {
		if depth >= 2 {
			return nil, invalid("its indexes are nested too deep")
		}
		return x.ociManifest(blob, arch, depth+1)
	}
	return &manifest, nil
}

// choose picks the only entry, or the only one for the architecture.
func choose(entries []descriptor, arch string) (descriptor, error) {
	var fits []descriptor
	for _, d := range entries {
		if d.Platform == nil || d.Platform.OS == "linux" && d.Platform.Architecture == arch {
			fits = append(fits, d)
		}
	}
	if len(fits) != 1 {
		return descriptor{}, invalid("it holds %d images for linux/%s; save exactly one", len(fits), arch)
	}
	return fits[0], nil
}

func (a *Archive) readConfig(x *index, name string) (err error) {
	a.config, err = x.document(name, new(json.RawMessage))
	if err != nil {
		return err
	}
	a.ID = digestOf(a.config)
	if err := json.Unmarshal(a.config, &a.Config); err != nil {
		return invalid("the configuration %q has fields of a wrong type", name)
	}
	return nil
}

func (a *Archive) checkConfig(arch string, layers int, caps Caps) error {
	c := a.Config
	switch {
	case c.OS != "linux" || c.Architecture != arch:
		return invalid("the image is for %q/%q, the engine runs linux/%s", c.OS, c.Architecture, arch)
	case layers == 0:
		return invalid("the image has no layers")
	case layers > caps.Layers:
		return invalid("the image has more than %d layers", caps.Layers)
	case len(c.RootFS.DiffIDs) != layers:
		return invalid("the configuration lists %d layers, the manifest %d", len(c.RootFS.DiffIDs), layers)
	case len(c.Config.Volumes) > 16:
		return invalid("the image declares more than 16 volumes")
	}
	return nil
}
