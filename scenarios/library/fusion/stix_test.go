package fusion_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"incubator/internal/realdata"
	"incubator/scenarios/library/generate"
)

// Every bundle and every object in it is valid against the OASIS schemas.
func TestBundlesAreValidSTIX(t *testing.T) {
	schemas := compileSTIX(t, filepath.Join(realdata.Dir(t), "stix", "schemas"))
	files, _ := data(t, 8, 1, generate.Test)
	checked := map[string]int{}
	for _, name := range []string{"reports/northcert.stix.jsonl", "reports/unioncert.stix.jsonl"} {
		for _, line := range strings.Split(strings.TrimSpace(files[name].String()), "\n") {
			bundle, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
			require.NoError(t, err)
			require.NoError(t, schemas["bundle"].Validate(bundle), line)
			ids := map[string]bool{}
			for _, o := range bundle.(map[string]any)["objects"].([]any) {
				object := o.(map[string]any)
				kind := object["type"].(string)
				require.Contains(t, schemas, kind)
				require.NoError(t, schemas[kind].Validate(object), line)
				checked[kind]++
				if kind == "report" {
					for _, ref := range object["object_refs"].([]any) {
						require.True(t, ids[ref.(string)], "%v is not in the bundle", ref)
					}
				}
				ids[object["id"].(string)] = true
			}
		}
	}
	for _, kind := range []string{"report", "indicator", "identity", "malware", "intrusion-set", "attack-pattern"} {
		require.Positive(t, checked[kind], kind)
	}
}

// compileSTIX returns the schemas by object type. The files refer to each
// other by relative path and their identifiers are not unique, so they are
// loaded under their own file names.
func compileSTIX(t *testing.T, root string) map[string]*jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	paths, err := filepath.Glob(filepath.Join(root, "*", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		var doc map[string]any
		require.NoError(t, json.Unmarshal(raw, &doc))
		delete(doc, "$id")
		require.NoError(t, compiler.AddResource(path, doc))
	}
	schemas := map[string]*jsonschema.Schema{}
	for _, path := range paths {
		if schema, err := compiler.Compile(path); err == nil {
			schemas[strings.TrimSuffix(filepath.Base(path), ".json")] = schema
		} else {
			require.NotContains(t, []string{"bundle", "report", "indicator"}, strings.TrimSuffix(filepath.Base(path), ".json"), err.Error())
		}
	}
	return schemas
}
