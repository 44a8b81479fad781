package metrics

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"incubator/platform/errs"
)

// readAll reads the columns id and x of a file, or returns its error.
func readAll(name string, src io.Reader) ([][2]string, error) {
	rows, err := newRows(context.Background(), src, Source{Name: name}, Limits{}.withDefaults())
	if err != nil {
		return nil, err
	}
	if !rows.has("id") || !rows.has("x") {
		return nil, errs.New(errs.Invalid, "no column")
	}
	rows.want([]string{"id", "x"})
	var all [][2]string
	cells := make([]cell, 2)
	for {
		err := rows.next(cells)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, [2]string{string(cells[0].text), string(cells[1].text)})
	}
}

// FuzzCSV holds the reader against encoding/csv: what it accepts means the same
// there, whatever the sizes of the reads, and every refusal is Invalid.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"id,x\na,1\nb,2\n", "id,x\r\n\"a\",\"1,\"\"2\"\"\"\r\n", "x,y,id\n1,2,3\n\n\n", "id,x\n\"a\nb\",1\n",
		"\xef\xbb\xbfid,x\n,\n", "id,x\na\"b,1\n", "id,x\n\"a\"b,1\n", "id,x\n\xff,1\n", "id,x\na,1,2\n", "id,x\n\n1,2", "id,x\n1,\r", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readAll("f.csv", strings.NewReader(text))
		again, errAgain := readAll("f.csv", iotest.OneByteReader(strings.NewReader(text)))
		require.Equal(t, got, again)
		require.Equal(t, errs.MessageOf(err), errs.MessageOf(errAgain))
		if err != nil {
			require.Equal(t, errs.Invalid, errs.CodeOf(err))
			require.True(t, utf8.ValidString(errs.MessageOf(err)))
			return
		}
		require.True(t, utf8.ValidString(text))
		// encoding/csv drops a carriage return in front of any line end or the file's end.
		reference := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\xef\xbb\xbf")))
		records, err := reference.ReadAll()
		require.NoError(t, err)
		id, x := index(records[0], "id"), index(records[0], "x")
		require.Len(t, got, len(records)-1)
		for i, record := range records[1:] {
			require.Equal(t, [2]string{record[id], record[x]}, got[i])
		}
	})
}

func index(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}

// FuzzJSONL holds the scanner against encoding/json line by line.
func FuzzJSONL(f *testing.F) {
	for _, seed := range []string{
		`{"id":"a","x":1}`, `{"x":-1.5e+3,"id":"\u00e9\n"}` + "\n" + `{"id":true,"x":"","y":{"z":[1,2,{}]}}`,
		`{"id":1,"x":2`, `{"id":1,"x":NaN}`, `{"id":1,"x":01}`, `{"id":1,"x":[[[[]]]]}`, `{"id":"\ud800","x":""}`, "{}", "[1]",
		"{\"id\":\"\t\",\"x\":1}", `{"id":1,,"x":2}`, `{"id":null,"x":1}`, `{"id":1,"id":2,"x":3}`, `{"id":1,"x":2}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readAll("f.jsonl", strings.NewReader(text))
		if err != nil {
			require.Equal(t, errs.Invalid, errs.CodeOf(err))
			return
		}
		lines := strings.Split(strings.TrimPrefix(text, "\xef\xbb\xbf"), "\n")
		for i, row := range got {
			require.True(t, json.Valid([]byte(lines[i])), lines[i])
			members := map[string]json.RawMessage{}
			require.NoError(t, json.Unmarshal([]byte(lines[i]), &members))
			require.Equal(t, scalar(t, members["id"]), row[0])
			require.Equal(t, scalar(t, members["x"]), row[1])
		}
	})
}

// scalar is the text of a JSON scalar as the reader delivers it.
func scalar(t *testing.T, raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if raw[0] != '"' {
		return string(raw)
	}
	var text string
	require.NoError(t, json.Unmarshal(raw, &text))
	return text
}

func TestKeysOrderLikePeopleCount(t *testing.T) {
	ids := newKeyer()
	texts := []string{"1", "2", "9", "10", "a1", "100", "a10", "1234567", "a234567", "12345678", "a2345678", "123456789012345"}
	for i, text := range texts {
		k := ids.key([]byte(text))
		back, exact := k.text()
		require.True(t, exact)
		require.Equal(t, text, back)
		if i > 0 {
			require.True(t, ids.key([]byte(texts[i-1])).less(k), "%s before %s", texts[i-1], text)
		}
	}
	_, exact := ids.key([]byte("1234567890123456")).text()
	require.False(t, exact)
}

func TestKeyTableFindsEveryKey(t *testing.T) {
	ids := newKeyer()
	table := newKeyTable(0, ids.salt())
	const distinct = 100_000
	keyOf := func(i int) key {
		text := strings.Repeat("long ", i%2*4) + string(rune('a'+i%26)) + strconv.Itoa(i)
		return ids.key([]byte(text))
	}
	var out [batch]uint32
	for round := range 2 {
		for start := 0; start < distinct; start += batch {
			keys := []key{}
			for i := start; i < min(start+batch, distinct); i++ {
				keys = append(keys, keyOf(i))
			}
			table.internAll(keys, out[:])
			for i := range keys {
				require.EqualValues(t, start+i, out[i], round)
			}
			table.findAll(keys, out[:])
			for i := range keys {
				require.EqualValues(t, start+i, out[i], round)
			}
		}
	}
	require.Len(t, table.keys, distinct)
	table.findAll([]key{ids.key([]byte("nobody"))}, out[:])
	require.Equal(t, noRow, out[0])
}
