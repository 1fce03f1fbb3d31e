package store

import (
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// The types that are not read and written as text, by their numbers:
// https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
const (
	oidBool = 16
	oidInt8 = 20
	oidText = 25 // an array's elements
)

// How a value is written: https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
const (
	formatText   = 0
	formatBinary = 1
)

// CheckNamedValue implements driver.NamedValueChecker: arrays go as they are.
func (c *postgresConn) CheckNamedValue(v *driver.NamedValue) error {
	switch v.Value.(type) {
	case []string, []int64:
		return nil
	}
	return driver.ErrSkip
}

// postgresArguments are arguments as they are sent.
func postgresArguments(args []driver.NamedValue) (values [][]byte, formats []int16, err error) {
	values, formats = make([][]byte, len(args)), make([]int16, len(args))
	for i, arg := range args {
		switch v := arg.Value.(type) {
		case string:
			values[i] = []byte(v)
		case int64:
			values[i] = strconv.AppendInt(nil, v, 10)
		case []string:
			values[i], formats[i] = textArray(v), formatBinary
		case []int64:
			values[i], formats[i] = numberArray(v), formatBinary
		default:
			return nil, nil, fmt.Errorf("argument %d is a %T, for which nothing was agreed", i+1, v)
		}
	}
	return values, formats, nil
}

// arrayHeader says that an array has one dimension and nothing is NULL in it.
// https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c, array_recv
func arrayHeader(room, of, n int) []byte {
	b := make([]byte, 0, 20+room)
	for _, v := range []int{1, 0, of, n, 1} {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	return b
}

func textArray(values []string) []byte {
	room := 4 * len(values)
	for _, v := range values {
		room += len(v)
	}
	b := arrayHeader(room, oidText, len(values))
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	return b
}

func numberArray(values []int64) []byte {
	b := arrayHeader(12*len(values), oidInt8, len(values))
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, 8)
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	return b
}

// postgresFormat is the format in which a column of a type is asked for.
func postgresFormat(oid uint32) int16 {
	switch oid {
	case oidBool, oidInt8:
		return formatBinary
	}
	return formatText
}

// postgresValue is a value of a column, which is good until the next row.
func postgresValue(oid uint32, value []byte) driver.Value {
	switch {
	case value == nil:
		return nil
	case oid == oidBool && len(value) == 1:
		return value[0] != 0
	case oid == oidInt8 && len(value) == 8:
		return int64(binary.BigEndian.Uint64(value))
	}
	return value
}

// postgresRows are the rows of a statement. They implement driver.Rows.
type postgresRows struct {
	c      *postgresConn
	of     *postgresStatement
	result *pgconn.ResultReader
	ahead  bool // the next row was read
}

// Columns implements driver.Rows.
func (r *postgresRows) Columns() []string { return r.of.names }

// Next implements driver.Rows.
func (r *postgresRows) Next(to []driver.Value) error {
	if !r.ahead && !r.result.NextRow() {
		if err := r.Close(); err != nil {
			return err
		}
		return io.EOF
	}
	r.ahead = false
	for i, value := range r.result.Values() {
		to[i] = postgresValue(r.of.Fields[i].DataTypeOID, value)
	}
	return nil
}

// Close implements driver.Rows.
func (r *postgresRows) Close() error {
	_, err := r.result.Close()
	return r.c.failed(err)
}
