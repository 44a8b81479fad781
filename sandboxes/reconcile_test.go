package sandboxes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
	"incubator/sandboxes"
)

// TestReconcileOrphans makes objects that no row knows, of this node and of
// others: only the former go.
func TestReconcileOrphans(t *testing.T) {
	r := newRig(t, succeed)
	create := func(instance, node string) string {
		id, err := r.engine.Create(t.Context(), sandboxes.ContainerSpec{
			Name: "incubator-" + instance[:8] + "-" + node, Image: fakeImage,
			Labels: map[string]string{sandboxes.LabelInstance: instance, sandboxes.LabelNode: node},
		})
		require.NoError(t, err)
		return id
	}
	ours := create("0123456789abcdef", "main")
	others := []string{create("0123456789abcdef", "other"), create("fedcba9876543210", "main")}
	require.NoError(t, r.Reconcile(t.Context()))
	_, err := r.engine.Inspect(t.Context(), ours)
	require.Equal(t, errs.NotFound, errs.CodeOf(err))
	for _, id := range others {
		_, err := r.engine.Inspect(t.Context(), id)
		require.NoError(t, err, "another node's or installation's object is not ours")
		require.NoError(t, r.engine.Remove(t.Context(), id))
	}
}

// TestReconcileKeepsTheLiving reconciles in the middle of a run, next to a data
// set and a waiting sandbox: nothing of it is touched.
func TestReconcileKeepsTheLiving(t *testing.T) {
	r := newRig(t, succeed)
	require.NoError(t, r.EnsureData(t.Context(), "rows", tree(t, "rows.csv", "1")))
	other := request()
	other.Limits.MemoryBytes = 64 << 20
	require.NoError(t, r.Warm(t.Context(), other, 1))
	spec := request()
	spec.Data = []sandboxes.DataMount{{Path: "/app/input_data", DataID: "rows"}}
	result, err := r.Run(t.Context(), spec, sandboxes.RunIO{Step: func(step string) {
		require.NoError(t, r.Reconcile(t.Context()), step)
	}})
	require.NoError(t, err)
	require.Equal(t, sandboxes.CauseNone, result.Cause, result.Detail)
	require.Equal(t, 1, r.Health().Prepared)
	require.NoError(t, r.EnsureData(t.Context(), "rows", nil))
}
