// Command build bundles the web assets into web/static: stylesheet, scripts,
// fonts and the icon sprite, each under a name that contains its hash, beside
// variants compressed ahead of time and the manifest that maps plain names to
// hashed ones. Equal sources give equal bytes, so the result is committed and
// a machine without npm never needs to run this.
//
//	go run ./web/assets/build            writes web/static
//	go run ./web/assets/build -out DIR   writes DIR, for comparison
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

func main() {
	root := flag.String("root", ".", "repository root")
	out := flag.String("out", "", "folder to write; default ROOT/web/static")
	flag.Parse()
	if *out == "" {
		*out = filepath.Join(*root, "web", "static")
	}
	if err := build(*root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// build writes every asset of the repository at root into out.
func build(root, out string) error {
	web, err := filepath.Abs(filepath.Join(root, "web"))
	if err != nil {
		return err
	}
	files, entries, err := bundle(web)
	if err != nil {
		return err
	}
	pictures := map[string]func(string) ([]byte, error){"icons.svg": iconSprite, "favicon.svg": favicon}
	for plain, draw := range pictures {
		body, err := draw(web)
		if err != nil {
			return err
		}
		name := hashedName(plain, body)
		files[name], entries[plain] = body, name
	}
	manifest, err := json.MarshalIndent(entries, "", "  ")
	if err != nil {
		return err
	}
	if err := empty(out); err != nil {
		return err
	}
	if err := writeAll(out, files); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "manifest.json"), append(manifest, '\n'), 0o644)
}

// empty makes out exist without any file of an older build; the Go file that
// embeds the folder stays.
func empty(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	for _, f := range old {
		if filepath.Ext(f.Name()) == ".go" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(out, f.Name())); err != nil {
			return err
		}
	}
	return nil
}

// writeAll writes the files and their compressed variants, and prints sizes.
func writeAll(out string, files map[string][]byte) error {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		body := files[name]
		if err := os.WriteFile(filepath.Join(out, name), body, 0o644); err != nil {
			return err
		}
		line := fmt.Sprintf("%-40s %8d", name, len(body))
		if compressible(name) {
			br, gz, err := compress(body)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(out, name+".br"), br, 0o644); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(out, name+".gz"), gz, 0o644); err != nil {
				return err
			}
			line += fmt.Sprintf("  br %7d  gz %7d", len(br), len(gz))
		}
		fmt.Println(line)
	}
	return nil
}
