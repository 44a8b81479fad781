package metrics

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

// joinCase is two lists of ids; the score of a prediction is its position.
type joinCase struct {
	truth, prediction []string
	allowExtra        bool
}

// naive joins with maps, in the documented order of faults: an id that occurs
// twice, then one that the truth does not have, then one without a prediction.
func (c joinCase) naive() (order []int, fault string) {
	if line, first := repeated(c.truth, nil); line > 0 {
		return nil, fmt.Sprintf("t, line %d, column id: %q occurs twice, first on line %d", line, c.truth[line-2], first)
	}
	known := map[string]bool{}
	for _, id := range c.truth {
		known[id] = true
	}
	only := known
	if c.allowExtra {
		only = nil
	}
	if line, first := repeated(c.prediction, only); line > 0 {
		return nil, fmt.Sprintf("p, line %d, column id: %q occurs twice, first on line %d", line, c.prediction[line-2], first)
	}
	at, unknown := map[string]int{}, []int{}
	for i, id := range c.prediction {
		at[id] = i
		if !known[id] {
			unknown = append(unknown, i)
		}
	}
	if len(unknown) > 0 && !c.allowExtra {
		return nil, fmt.Sprintf("p, line %d, column id: %q is not in t%s", unknown[0]+2, c.prediction[unknown[0]], inAll(len(unknown)))
	}
	missing := []int{}
	for i, id := range c.truth {
		row, ok := at[id]
		if !ok {
			missing = append(missing, i)
		}
		order = append(order, row)
	}
	if len(missing) > 0 {
		return nil, fmt.Sprintf("t, line %d, column id: %q has no row in p%s", missing[0]+2, c.truth[missing[0]], inAll(len(missing)))
	}
	return order, ""
}

func inAll(count int) string {
	if count == 1 {
		return ""
	}
	return fmt.Sprintf(" (%d ids in all)", count)
}

// repeated returns the first line whose id an earlier line has, among the ids
// in only when it is not nil, and that earlier line.
func repeated(ids []string, only map[string]bool) (line, first int) {
	seen := map[string]int{}
	for i, id := range ids {
		if before, ok := seen[id]; ok && (only == nil || only[id]) {
			return i + 2, before + 2
		}
		seen[id] = i
	}
	return 0, 0
}

func (c joinCase) run() (order []int, fault string) {
	write := func(header string, ids []string, value func(int) string) []byte {
		var b strings.Builder
		b.WriteString(header + "\n")
		for i, id := range ids {
			b.WriteString(id + "," + value(i) + "\n")
		}
		return []byte(b.String())
	}
	calls, err := bind([]Spec{{Name: "brier"}}, complete)
	if err != nil {
		return nil, err.Error()
	}
	data, _, err := readRows(context.Background(), Request{
		Truth:      BytesSource("t", write("id,label", c.truth, func(int) string { return "1" })),
		Prediction: BytesSource("p", write("id,score", c.prediction, func(i int) string { return fmt.Sprint(i) })),
		AllowExtra: c.allowExtra,
	}, calls)
	if err != nil {
		return nil, errs.MessageOf(err)
	}
	for i, score := range data.prediction.score {
		order = append(order, int(score))
		if want := int(score) + 2; data.prediction.line(i) != want {
			return nil, fmt.Sprintf("row %d is said to be on line %d, not %d", i, data.prediction.line(i), want)
		}
	}
	return order, ""
}

// TestJoinAgreesWithMaps compares every way of joining, and every fault, with a
// plain implementation on random lists of ids.
func TestJoinAgreesWithMaps(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	names := []func(int) string{
		func(i int) string { return fmt.Sprint(i) },
		func(i int) string { return fmt.Sprintf("row-%05d", i) },
		func(i int) string { return fmt.Sprintf("an id longer than fifteen bytes %d", i) },
		func(i int) string { return strings.Repeat("é", 1+i%12) + fmt.Sprint(i) },
	}
	faults := 0
	for round := range 4000 {
		name := names[round%len(names)]
		c := joinCase{allowExtra: r.IntN(2) == 0}
		for i := range 1 + r.IntN(200) {
			c.truth = append(c.truth, name(i))
		}
		c.prediction = append(c.prediction, c.truth...)
		for range r.IntN(3) {
			c.prediction = append(c.prediction, name(1000+r.IntN(50)))
		}
		c.spoil(r)
		wantOrder, wantFault := c.naive()
		order, fault := c.run()
		require.Equal(t, wantFault, fault, c)
		require.Equal(t, wantOrder, order, c)
		if fault != "" {
			faults++
		}
	}
	require.Greater(t, faults, 1000, "the cases must cover faults")
	require.Less(t, faults, 3000, "the cases must cover success")
}

// spoil changes the order of either list, leaves ids out or repeats them.
func (c *joinCase) spoil(r *rand.Rand) {
	if r.IntN(3) == 0 {
		at := r.IntN(len(c.prediction))
		c.prediction = append(c.prediction[:at], c.prediction[at+1:]...)
	}
	if r.IntN(4) == 0 || len(c.prediction) == 0 {
		c.prediction = append(c.prediction, c.truth[r.IntN(len(c.truth))])
	}
	if r.IntN(8) == 0 {
		c.truth = append(c.truth, c.truth[r.IntN(len(c.truth))])
	}
	shuffle := func(ids []string) { r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] }) }
	switch r.IntN(4) {
	case 0:
		shuffle(c.prediction)
	case 1:
		shuffle(c.truth)
		shuffle(c.prediction)
	case 2:
		shuffle(c.truth)
	}
}
