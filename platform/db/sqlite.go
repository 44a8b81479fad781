package db

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"incubator/platform/errs"
)

const (
	busyTimeoutMS = 10_000
	// Page caches stay small, for the kernel caches the file too and an idle server
	// shall stay small. Memory mapping is off: a failing disk would be a SIGBUS,
	// which kills the process, instead of an error.
	writerCacheKiB = 8 << 10
	readerCacheKiB = 4 << 10
	walLimitBytes  = 64 << 20
	// A page that many commits change is moved into the database once for all of
	// them: 4,000 pages are 16 MiB of log, which a restart reads in a moment.
	checkpointPages = 4000
)

func openSQLite(ctx context.Context, path string, o options) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "the database path %q is not usable", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "cannot create the folder of %s", path)
	}
	d := &DB{dialect: SQLite, log: o.log, now: o.now, path: path}
	if !o.shared {
		if d.lock, err = lockFile(path + ".lock"); err != nil {
			return nil, err
		}
	}
	if err := d.openPools(ctx, o); err != nil {
		d.lock.release()
		return nil, err
	}
	d.batch = newWriter(d.write, o.log, o.now)
	return d, nil
}

func (d *DB) openPools(ctx context.Context, o options) error {
	if err := createPrivate(d.path); err != nil {
		return err
	}
	var err error
	if d.write, err = openPool(ctx, sqliteDSN(d.path, false), 1); err != nil {
		return err
	}
	conns := o.readConns
	if conns <= 0 {
		conns = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if d.read, err = openPool(ctx, sqliteDSN(d.path, true), conns); err != nil {
		_ = d.write.Close()
		return err
	}
	return nil
}

// createPrivate makes a missing file with owner-only rights, which SQLite copies
// to the -wal and -shm files; on its own it would follow the umask.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "cannot open the database file %s", path)
	}
	return f.Close()
}

func openPool(ctx context.Context, dsn string, conns int) (*sql.DB, error) {
	connector, err := newStatementConnector(dsn)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "the database URL is not usable")
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, unavailable(err, "be opened")
	}
	return pool, nil
}

// sqliteDSN returns the settings of a connection. busy_timeout matters even with
// one writer: another process may hold the file open (see Shared).
func sqliteDSN(path string, readOnly bool) string {
	q := url.Values{}
	q.Set("_busy_timeout", strconv.Itoa(busyTimeoutMS))
	q.Set("_foreign_keys", "on")
	q.Set("_synchronous", "FULL")
	q.Set("_dqs", "0")
	q.Set("_defensive", "1")
	q.Set("_error_rc", "1")
	q.Add("_pragma", "trusted_schema(0)")
	q.Add("_pragma", "mmap_size(0)")
	q.Add("_pragma", "temp_store(MEMORY)")
	cache := writerCacheKiB
	if readOnly {
		cache = readerCacheKiB
		q.Set("_query_only", "1")
	} else {
		q.Set("_txlock", "immediate")
		q.Set("_journal_mode", "WAL")
		q.Add("_pragma", "journal_size_limit("+strconv.Itoa(walLimitBytes)+")")
		q.Add("_pragma", "wal_autocheckpoint("+strconv.Itoa(checkpointPages)+")")
	}
	q.Add("_pragma", "cache_size(-"+strconv.Itoa(cache)+")")
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	return u.String()
}
