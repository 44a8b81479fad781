package fusion

import (
	"context"
	"crypto/hmac"
	hash "crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"incubator/platform/errs"
	"incubator/scenarios/library/generate"
)

// Report says what an import read, wrote and left out.
type Report = generate.Report

// febrlKey keys the ids of imported records: they are stable between imports,
// in an order of their own, and do not show the entity that rec_id carries.
const febrlKey = "incubator/fusion/febrl/1"

var febrlColumns = []string{"rec_id", "given_name", "surname", "street_number", "address_1", "address_2",
	"suburb", "postcode", "state", "date_of_birth", "soc_sec_id"}

var febrlID = regexp.MustCompile(`^rec-(\d+)-(?:org|dup-\d+)$`)

// ImportFEBRL turns FEBRL record linkage data (Christen 2008) into the data of
// this challenge. src is one CSV file or a folder of them; out becomes a data
// set: reports/<name>.csv in the helpdesk's form and truth/truth.csv, whose
// cluster is the file's name and the number in rec_id. Person and address
// become contact, street, site, town, postcode and region; date_of_birth
// becomes observed; soc_sec_id becomes a case reference among the indicators.
// Lines that cannot be used are listed in the report. A source without any
// usable record is an Invalid error.
func ImportFEBRL(ctx context.Context, src string, out generate.Out) (Report, error) {
	paths, err := csvFiles(src)
	if err != nil {
		return Report{}, err
	}
	report := Report{Groups: map[string]int{"entities": 0}, Skipped: []generate.Skipped{},
		Notes: []string{"Records carry no time of report and no partner: methods that rely on time or on clock skew have nothing to work with."}}
	files := generate.NewFiles(out)
	files.WriteLine(AliasesFile, "kind", "name", "alias")
	files.WriteLine(TruthFile, "id", "cluster")
	for _, path := range paths {
		if err = importFEBRLFile(ctx, path, files, &report); err != nil {
			break
		}
	}
	if closeErr := files.Close(); err == nil {
		err = closeErr
	}
	if err == nil && report.Records == 0 {
		err = errs.New(errs.Invalid, "%s holds no FEBRL record", filepath.Base(src))
	}
	report.Files = files.Names()
	return report, err
}

// csvFiles returns src itself or, of a folder, its CSV files in the order of
// their names.
func csvFiles(src string) ([]string, error) {
	info, err := os.Stat(src)
	if err != nil {
		return nil, errs.Wrap(err, errs.NotFound, "%s does not exist or cannot be read", src)
	}
	if !info.IsDir() {
		return []string{src}, nil
	}
	paths, err := filepath.Glob(filepath.Join(src, "*.csv"))
	if err != nil || len(paths) == 0 {
		return nil, errs.New(errs.NotFound, "%s holds no .csv file", src)
	}
	return paths, nil
}

// febrlRow is one record in the challenge's form.
type febrlRow struct {
	id, cluster string
	line        []byte
}

// importFEBRLFile writes one source file as one partner. The rows are held in
// memory to be sorted by their new ids, which undoes the order of the source.
func importFEBRLFile(ctx context.Context, path string, files *generate.Files, report *Report) error {
	file, err := os.Open(path)
	if err != nil {
		return errs.Wrap(err, errs.NotFound, "%s cannot be read", path)
	}
	defer file.Close()
	name := filepath.Base(path)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	rows, err := readFEBRL(ctx, file, name, stem, report)
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b febrlRow) int { return strings.Compare(a.id, b.id) })
	target := reportsDir + stem + ".csv"
	files.Write(target, []byte(helpdeskHeader))
	entities := map[string]bool{}
	for _, row := range rows {
		files.Write(target, row.line)
		files.WriteLine(TruthFile, row.id, row.cluster)
		entities[row.cluster] = true
	}
	report.Records += len(rows)
	report.Groups["entities"] += len(entities)
	report.Groups[stem] = len(rows)
	return files.Err()
}

// readFEBRL keeps going past a line that it cannot use and notes it in the
// report; only a wrong header or a failing reader is an error.
func readFEBRL(ctx context.Context, in io.Reader, name, stem string, report *Report) ([]febrlRow, error) {
	reader := csv.NewReader(in)
	reader.TrimLeadingSpace, reader.FieldsPerRecord = true, -1
	header, err := reader.Read()
	if err != nil || !slices.Equal(header, febrlColumns) {
		return nil, errs.New(errs.Invalid, "%s: line 1: expected the columns %s", name, strings.Join(febrlColumns, ", "))
	}
	var rows []febrlRow
	seen := map[string]bool{}
	for ctx.Err() == nil {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		var syntax *csv.ParseError
		if errors.As(err, &syntax) {
			report.Skip(name, syntax.Line, syntax.Err.Error())
			continue
		}
		if err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "%s cannot be read to its end", name)
		}
		line, _ := reader.FieldPos(0)
		row, reason := febrlReport(stem, fields)
		if reason == "" && seen[row.id] {
			reason = "this rec_id was seen before"
		}
		if reason != "" {
			report.Skip(name, line, reason)
			continue
		}
		seen[row.id] = true
		rows = append(rows, row)
	}
	return nil, ctx.Err()
}

// febrlReport maps one record, or says why it cannot be used.
func febrlReport(stem string, fields []string) (febrlRow, string) {
	if len(fields) != len(febrlColumns) {
		return febrlRow{}, "the number of fields is not 11"
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	entity := febrlID.FindStringSubmatch(fields[0])
	if entity == nil {
		return febrlRow{}, "rec_id is not of the form rec-N-org or rec-N-dup-M"
	}
	mac := hmac.New(hash.New, []byte(febrlKey))
	mac.Write([]byte(stem + "/" + fields[0]))
	id := "FB" + hex.EncodeToString(mac.Sum(nil)[:8])
	observed, reference := "", ""
	if born, err := time.Parse("20060102", fields[9]); err == nil {
		observed = born.Format("01/02/2006")
	}
	if fields[10] != "" {
		reference = "ref:" + fields[10]
	}
	contact := strings.TrimSpace(fields[1] + " " + fields[2])
	street := strings.TrimSpace(fields[3] + " " + fields[4])
	line := csvLine(',', id, "", observed, "", contact, street, fields[5], fields[6], fields[7], fields[8],
		"", "", reference, "", "")
	return febrlRow{id, stem + "-" + entity[1], line}, ""
}
