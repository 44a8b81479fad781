package fusion

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"incubator/scenarios/library/generate"
)

func TestTypoChangesOneCharacter(t *testing.T) {
	r := generate.NewRand(1, "typo")
	changed := 0
	for range 500 {
		got := typo(r, "Nordhafen é Bank")
		require.InDelta(t, 16, len([]rune(got)), 1)
		require.True(t, strings.HasPrefix(got, "N"), "the first letter is hardly ever wrong")
		if got != "Nordhafen é Bank" {
			changed++
		}
	}
	require.Greater(t, changed, 400)
	require.Equal(t, "ab", typo(r, "ab"))
}

// Nothing in the data can be looked up or visited by accident.
func TestIndicatorsAreNeverRouted(t *testing.T) {
	r := generate.NewRand(1, "own")
	w := newWorld(r)
	address := regexp.MustCompile(`^(198\.1[89]\.\d+\.\d+|203\.0\.113\.\d+)$`)
	list := append([]indicator{}, w.commodity...)
	for _, a := range w.actors {
		list = append(list, a.infra...)
	}
	for i := range 200 {
		list = append(list, newOwn(r, w.orgs[i], i)...)
	}
	for _, i := range list {
		switch i.kind {
		case ipv4:
			require.Regexp(t, address, i.value)
		case domain, email:
			require.True(t, strings.HasSuffix(i.value, ".example"), i.value)
		case url:
			require.Regexp(t, `^http://[a-z0-9-]+\.example/`, i.value)
		case sha256:
			require.Len(t, i.value, 64)
			require.Len(t, i.md5, 32)
		default:
			require.Equal(t, ref, i.kind)
		}
	}
}

func TestWorldHasNoDoubles(t *testing.T) {
	w := newWorld(generate.NewRand(5, "world"))
	require.Len(t, w.orgs, orgCount)
	seen := map[string]bool{}
	for _, o := range w.orgs {
		require.False(t, seen[o.domain], o.domain)
		seen[o.domain] = true
		require.Len(t, o.names, 4)
	}
	for _, list := range [][]entity{w.malware, actorEntities(w)} {
		for _, e := range list {
			require.GreaterOrEqual(t, len(e.names), 2)
			for _, name := range e.names {
				require.False(t, seen[name], name)
				seen[name] = true
			}
		}
	}
}

func actorEntities(w *world) []entity {
	var list []entity
	for _, a := range w.actors {
		list = append(list, a.entity)
	}
	return list
}

func TestTextIsReversible(t *testing.T) {
	r := generate.NewRand(2, "text")
	plain := indicator{kind: url, value: "http://cdn-check1.example/ab/x.php"}
	defanged := 0
	for range 200 {
		text := plain.text(r, 0.5)
		if text != plain.value {
			defanged++
		}
		back := strings.NewReplacer("hxxp", "http", "[.]", ".", "(.)", ".").Replace(text)
		require.Equal(t, plain.value, back)
	}
	require.InDelta(t, 100, defanged, 30)
	require.Equal(t, "ref:4000001", indicator{kind: ref, value: "4000001"}.text(r, 1))
}

func TestSyslogEscapes(t *testing.T) {
	require.Equal(t, `a\"b\]c\\d`, escapeParam(`a"b]c\d`))
	g := &generator{r: generate.NewRand(1, "syslog")}
	line := string(renderSyslog(g, &report{id: "edge-1", confidence: 99, victim: `Bank "A"]`, kind: kinds[1], observed: 1740996000,
		indicators: []indicator{{kind: sha256, value: strings.Repeat("ab", 32)}}}))
	require.Regexp(t, `^<131>1 2025-03-03T10:00:00\.000Z edge-soc correlator - INC10\d \[report@32473 id="edge-1" conf="99" type="ransomware" org="Bank \\"A\\"\\]"\] `+
		`Ransomware encryption: sha256=abababababababab\.\.\.\n$`, line)
}

func TestQueueOrdersByTimeThenArrival(t *testing.T) {
	var q queue[string]
	q.push(5, "late")
	q.push(1, "first")
	q.push(1, "second")
	require.False(t, q.due(0))
	require.True(t, q.due(1))
	var order []string
	for q.due(math.MaxInt64) {
		order = append(order, q.pop())
	}
	require.Equal(t, []string{"first", "second", "late"}, order)
}

func TestAdmiralty(t *testing.T) {
	require.Equal(t, "A1", admiralty(99))
	require.Equal(t, "C3", admiralty(50))
	require.Equal(t, "E5", admiralty(5))
}

// Every partner's clock is wrong by its own constant; the sensor's by more.
func TestClocksDiffer(t *testing.T) {
	skews, furthest := map[int64]bool{}, 0.0
	for seed := range uint64(20) {
		for _, p := range newPartners(generate.NewRand(seed, "partners")) {
			limit := 25 * 60.0
			if p.name == "edgesoc" {
				limit = 190 * 60
				furthest = max(furthest, math.Abs(float64(p.skew)))
			}
			require.LessOrEqual(t, math.Abs(float64(p.skew)), limit)
			skews[p.skew] = true
		}
	}
	require.Greater(t, len(skews), 40)
	require.Greater(t, furthest, 2.0*hour)
}

// A wave is several incidents: other victims, the same actor, shared servers.
func TestWavesShareServersNotVictims(t *testing.T) {
	g := newGenerator(generate.Options{Seed: 3, Scale: 1, Split: generate.Train}, generate.NewFiles(generate.Discard))
	waves, sameFile := 0, 0
	for i := range 300 {
		g.pending = queue[incident]{}
		g.spawn(int64(i) * day)
		first := g.pending.pop()
		for g.pending.due(math.MaxInt64) {
			next := g.pending.pop()
			require.Equal(t, first.actor, next.actor)
			require.NotEqual(t, first.number, next.number)
			require.Equal(t, first.shared, next.shared)
			waves++
			if first.own[0] == next.own[0] {
				sameFile++
			}
		}
	}
	require.Greater(t, waves, 200)
	require.InDelta(t, 0.45, float64(sameFile)/float64(waves), 0.12)
}
