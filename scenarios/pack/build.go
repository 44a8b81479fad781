package pack

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"incubator/platform/errs"
	"incubator/scenarios"
)

// Generate fills folder with the data set that a generator describes.
type Generate func(ctx context.Context, g scenarios.Generator, folder string) error

// builtFile records what a folder of generated data was made from, so that a
// second build has nothing to do.
const builtFile = "data/built.json"

// Build generates the data sets of the pack in folder that are not there yet or
// were made with other parameters. report is called before each one.
func Build(ctx context.Context, folder string, generate Generate, report func(dataSet string, i, n int)) (*Pack, error) {
	p, err := Open(ctx, folder)
	if err != nil {
		return nil, err
	}
	built := readBuilt(folder)
	for i, set := range p.Spec.DataSets {
		if set.Generator == nil || built[set.Name] == *set.Generator {
			continue
		}
		if report != nil {
			report(set.Name, i, len(p.Spec.DataSets))
		}
		if err := generate(ctx, *set.Generator, filepath.Join(folder, "data", set.Name)); err != nil {
			return nil, err
		}
		built[set.Name] = *set.Generator
		if err := writeBuilt(folder, built); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func readBuilt(folder string) map[string]scenarios.Generator {
	built := map[string]scenarios.Generator{}
	data, err := os.ReadFile(filepath.Join(folder, builtFile))
	if err == nil && json.Unmarshal(data, &built) != nil {
		return map[string]scenarios.Generator{} // unreadable: build everything again
	}
	return built
}

func writeBuilt(folder string, built map[string]scenarios.Generator) error {
	data, err := json.MarshalIndent(built, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, builtFile), append(data, '\n'), 0o644)
	}
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "the record of the build cannot be written")
	}
	return nil
}
