//go:build unix

package postgrestest

import (
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// PostgreSQL refuses to be run by root, so that root gives it to somebody else.

func other() (uid, gid int, needed bool) {
	if os.Geteuid() != 0 {
		return 0, 0, false
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, uidErr := strconv.Atoi(u.Uid)
			gid, gidErr := strconv.Atoi(u.Gid)
			if uidErr == nil && gidErr == nil {
				return uid, gid, true
			}
		}
	}
	return 0, 0, false
}

func give(folder string) error {
	if uid, gid, needed := other(); needed {
		return os.Chown(folder, uid, gid)
	}
	return nil
}

func unprivileged() *syscall.SysProcAttr {
	uid, gid, needed := other()
	if !needed {
		return nil
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
