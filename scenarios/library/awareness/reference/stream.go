package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"
)

// record is one line of any of the logs; the fields that a log lacks stay empty.
type record struct {
	log string
	at  time.Time

	TS          float64  `json:"ts"`
	OrigH       string   `json:"id.orig_h"`
	RespH       string   `json:"id.resp_h"`
	RespP       int      `json:"id.resp_p"`
	Service     string   `json:"service"`
	Duration    float64  `json:"duration"`
	OrigBytes   int64    `json:"orig_bytes"`
	RespBytes   int64    `json:"resp_bytes"`
	ConnState   string   `json:"conn_state"`
	Query       string   `json:"query"`
	Answers     []string `json:"answers"`
	UserAgent   string   `json:"user_agent"`
	URI         string   `json:"uri"`
	Method      string   `json:"method"`
	Assigned    string   `json:"assigned_addr"`
	HostName    string   `json:"host_name"`
	UtcTime     string   `json:"UtcTime"`
	EventID     int      `json:"EventID"`
	Computer    string   `json:"Computer"`
	GUID        string   `json:"ProcessGuid"`
	Image       string   `json:"Image"`
	Command     string   `json:"CommandLine"`
	ParentGUID  string   `json:"ParentProcessGuid"`
	ParentImage string   `json:"ParentImage"`
	User        string   `json:"User"`
	Target      string   `json:"TargetFilename"`
	TargetObj   string   `json:"TargetObject"`
	Details     string   `json:"Details"`
	SourceImage string   `json:"SourceImage"`
	TargetImage string   `json:"TargetImage"`
	Access      string   `json:"GrantedAccess"`
	DestIP      string   `json:"DestinationIp"`
	TargetUser  string   `json:"TargetUserName"`
	SubjectUser string   `json:"SubjectUserName"`
	LogonType   string   `json:"LogonType"`
	IPAddress   string   `json:"IpAddress"`
	ServiceName string   `json:"ServiceName"`
	ImagePath   string   `json:"ImagePath"`
	TicketEnc   string   `json:"TicketEncryptionType"`
	Properties  string   `json:"Properties"`
	TaskContent string   `json:"TaskContent"`
}

// source is one open log with its next record.
type source struct {
	name string
	file *os.File
	in   *bufio.Reader
	line int
	head *record
}

// stream merges the logs into one sequence by time.
type stream struct {
	sources []*source
	read    int
}

var logs = []string{"dhcp.log", "conn.log", "dns.log", "http.log", "ssl.log", "host.jsonl"}

var errNoLog = errors.New("there is no log")

// openStream opens those of the logs that exist; at least one must.
func openStream(folder string, names ...string) (*stream, error) {
	s := &stream{}
	for _, name := range names {
		file, err := os.Open(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			s.close()
			return nil, err
		}
		src := &source{name: name, file: file, in: bufio.NewReaderSize(file, 256<<10)}
		s.sources = append(s.sources, src)
		if err := src.advance(); err != nil {
			s.close()
			return nil, err
		}
	}
	if len(s.sources) == 0 {
		return nil, fmt.Errorf("%w in %s", errNoLog, folder)
	}
	return s, nil
}

func (s *stream) close() {
	for _, src := range s.sources {
		src.file.Close()
	}
}

// next returns the earliest record, or nil at the end of all logs.
func (s *stream) next() (*record, error) {
	var first *source
	for _, src := range s.sources {
		if src.head != nil && (first == nil || src.head.at.Before(first.head.at)) {
			first = src
		}
	}
	if first == nil {
		return nil, nil
	}
	r := first.head
	s.read++
	return r, first.advance()
}

// advance reads the next line that is a record; lines that are not are passed over.
func (s *source) advance() error {
	s.head = nil
	for {
		line, err := s.in.ReadBytes('\n')
		if len(line) == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s line %d: %w", s.name, s.line+1, err)
		}
		s.line++
		r := &record{log: s.name}
		if json.Unmarshal(line, r) == nil && r.stamp() {
			s.head = r
			return nil
		}
	}
}

// stamp sets the record's time; false says that it has none.
func (r *record) stamp() bool {
	if r.log == "host.jsonl" {
		at, err := time.Parse("2006-01-02 15:04:05.999", r.UtcTime)
		r.at = at
		return err == nil
	}
	whole, fraction := math.Modf(r.TS)
	r.at = time.Unix(int64(whole), int64(fraction*1e9)).UTC()
	return r.TS > 0
}
