package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// entryPoints are the files that a page names; everything else follows from
// their imports. The chart bundle is a chunk that app.js loads on demand.
var entryPoints = []string{"src/app.css", "src/app.js", "src/theme.js"}

// bundle runs esbuild over web/assets and returns the output files by hashed
// name and the manifest entries from plain to hashed name.
func bundle(web string) (map[string][]byte, map[string]string, error) {
	dir := filepath.Join(web, "assets")
	used, err := usedClasses(web)
	if err != nil {
		return nil, nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     dir,
		EntryPoints:       entryPoints,
		Outdir:            "out",
		Outbase:           "src",
		EntryNames:        "[name]-[hash]",
		ChunkNames:        "[name]-[hash]",
		AssetNames:        "[name]-[hash]",
		PublicPath:        "/static",
		Bundle:            true,
		Splitting:         true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone,
		Loader:            map[string]api.Loader{".woff2": api.LoaderFile},
		Plugins:           []api.Plugin{prunePlugin(used), stylePlugin()},
		Write:             false,
	})
	if len(result.Errors) > 0 {
		return nil, nil, errors.New(strings.Join(api.FormatMessages(result.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	files := map[string][]byte{}
	entries := map[string]string{}
	for _, f := range result.OutputFiles {
		name := filepath.Base(f.Path)
		files[name] = f.Contents
		for _, entry := range entryPoints {
			plain := filepath.Base(entry)
			ext := filepath.Ext(plain)
			if strings.HasPrefix(name, strings.TrimSuffix(plain, ext)+"-") && strings.HasSuffix(name, ext) {
				entries[plain] = name
			}
		}
	}
	if len(entries) != len(entryPoints) {
		return nil, nil, fmt.Errorf("esbuild wrote %d of %d entry points", len(entries), len(entryPoints))
	}
	return files, entries, nil
}

// prunePlugin hands Tabler's stylesheet to esbuild without the rules that no
// template of ours can match.
func prunePlugin(used map[string]bool) api.Plugin {
	return api.Plugin{Name: "prune", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: `tabler\.css$`}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			raw, err := os.ReadFile(a.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			own, err := os.ReadFile(filepath.Join(b.InitialOptions.AbsWorkingDir, "src", "incubator.css"))
			if err != nil {
				return api.OnLoadResult{}, err
			}
			css := prune(string(raw), string(own), used)
			return api.OnLoadResult{Contents: &css, Loader: api.LoaderCSS}, nil
		})
	}}
}

// stylePlugin makes ECharts' SVG renderer set styles through the object model.
// A style attribute, which it would set otherwise, is refused by our content
// security policy.
func stylePlugin() api.Plugin {
	const before = "elm.setAttribute(key, cur);"
	const after = "key === 'style' ? (elm.style.cssText = cur) : elm.setAttribute(key, cur);"
	return api.Plugin{Name: "style", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: `zrender/lib/svg/patch\.js$`}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			raw, err := os.ReadFile(a.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			if !strings.Contains(string(raw), before) {
				return api.OnLoadResult{}, fmt.Errorf("%s has changed: adapt the patch for style attributes", a.Path)
			}
			js := strings.ReplaceAll(string(raw), before, after)
			return api.OnLoadResult{Contents: &js, Loader: api.LoaderJS}, nil
		})
	}}
}
