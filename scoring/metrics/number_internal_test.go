package metrics

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestParseFloatAgreesWithStrconv covers every path: short and long mantissas,
// all lengths of fraction, exponents, and ties between neighbouring floats.
func TestParseFloatAgreesWithStrconv(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	check := func(text string) {
		want, err := strconv.ParseFloat(text, 64)
		got, ok := parseFloat([]byte(text))
		require.Equal(t, err == nil, ok, text)
		if ok {
			require.Equal(t, want, got, text)
		}
	}
	for range 200_000 {
		digits := strconv.FormatUint(random.Uint64()|1<<63, 10)[:1+random.IntN(19)]
		point := random.IntN(len(digits) + 1)
		check(digits[:point] + "." + digits[point:])
		check(digits)
		check(strconv.FormatFloat(random.Float64(), 'g', -1, 64))
		check(strconv.FormatFloat(random.NormFloat64()*1e3, 'e', random.IntN(20), 64))
	}
	// Half way between 1 and its neighbour, and just beside it.
	for _, text := range []string{
		"9007199254740993", "9007199254740993.0", "900719925474099.30", "4503599627370497.5",
		"0.0000000000000000001", "0", "0.0", "-0.5", "+1", "1.", ".5", "1e308", "1e309", "-1e999",
		"18446744073709551615", "18446744073709551616", "9999999999999999999", "0.9999999999999999999",
		"1" + strings.Repeat("0", 400), "0." + strings.Repeat("0", 400) + "1",
	} {
		check(text)
	}
}

func TestParseFloatRefuses(t *testing.T) {
	for _, text := range []string{
		"", "-", "+", ".", "e5", "1e", "1e+", "1e5x", "nan", "NaN", "inf", "-Infinity", "0x10", "1_000",
		" 1", "1 ", "1,5", "1.2.3", "--1", "1234567x", "0.12345678x", "½",
	} {
		_, ok := parseFloat([]byte(text))
		require.False(t, ok, text)
	}
}

func TestJSONNumberGrammar(t *testing.T) {
	for text, want := range map[string]bool{
		"0": true, "-0": true, "10": true, "1.5": true, "1e5": true, "1.5E-3": true, "0.0": true,
		"01": false, "-": false, "+1": false, ".5": false, "1.": false, "1.e5": false, "-01": false, "1e": false, "": false,
	} {
		require.Equal(t, want, isJSONNumber([]byte(text)), text)
	}
}
