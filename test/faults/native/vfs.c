/* A SQLite VFS that lets one chosen call of the real one fail: a loadable extension that becomes the default VFS of the
 * process (sqlite.org/vfs.html). Three SQL functions steer it, on the connection that loads it:
 *   fault_arm(kind, at, forever)   fault_count()   fault_hits()
 * Kinds: `io` every call fails in its own way, `full` writes meet a full disk, `busy` locks are taken by others,
 * `memory` every call is out of memory, `deleted` a file is deleted, and only the sync of its directory fails. */

#include <string.h>
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

enum { NONE, IO, FULL, BUSY, MEMORY, DELETED };
/* What a call is. */
enum { READ, WRITE, TRUNCATE, SYNC, SIZE, LOCK, CHECK, SHM_MAP, SHM_LOCK, OPEN, DELETE, ACCESS };

static const int own_code[] = {
  SQLITE_IOERR_READ, SQLITE_IOERR_WRITE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_FSTAT,
  SQLITE_IOERR_LOCK, SQLITE_IOERR_CHECKRESERVEDLOCK, SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMLOCK, SQLITE_CANTOPEN,
  SQLITE_IOERR_DELETE, SQLITE_IOERR_ACCESS,
};

static int kind = NONE, forever, at, count, hits;
static sqlite3_vfs *real;
static sqlite3_vfs vfs;

typedef struct { sqlite3_file base; sqlite3_file *real; } File;
#define REAL(file) (((File *)(file))->real)
#define CALL(file, method, ...) REAL(file)->pMethods->method(REAL(file), ##__VA_ARGS__)

/* The code that this call is to fail with; SQLITE_OK lets it through. */
static int meet(int call) {
  int code;
  switch (kind) {
    case IO: code = own_code[call]; break;
    case FULL: code = call == WRITE || call == TRUNCATE ? SQLITE_FULL : SQLITE_OK; break;
    case BUSY: code = call == LOCK || call == SHM_LOCK ? SQLITE_BUSY : SQLITE_OK; break;
    case MEMORY: code = call == READ || call == WRITE ? SQLITE_IOERR_NOMEM : SQLITE_NOMEM; break;
    case DELETED: code = call == DELETE ? SQLITE_IOERR_DIR_FSYNC : SQLITE_OK; break;
    default: return SQLITE_OK;
  }
  if (code == SQLITE_OK) return SQLITE_OK;
  count++;
  if (at == 0 || count < at || (count > at && !forever)) return SQLITE_OK;
  hits++;
  return code;
}
#define MEET(call) do { int code_ = meet(call); if (code_ != SQLITE_OK) return code_; } while (0)

static int x_close(sqlite3_file *file) {
  int code = CALL(file, xClose);
  sqlite3_free(REAL(file));
  return code;
}
static int x_read(sqlite3_file *file, void *to, int amount, sqlite3_int64 offset) { MEET(READ); return CALL(file, xRead, to, amount, offset); }
static int x_write(sqlite3_file *file, const void *from, int amount, sqlite3_int64 offset) { MEET(WRITE); return CALL(file, xWrite, from, amount, offset); }
static int x_truncate(sqlite3_file *file, sqlite3_int64 size) { MEET(TRUNCATE); return CALL(file, xTruncate, size); }
static int x_sync(sqlite3_file *file, int flags) { MEET(SYNC); return CALL(file, xSync, flags); }
static int x_size(sqlite3_file *file, sqlite3_int64 *size) { MEET(SIZE); return CALL(file, xFileSize, size); }
static int x_lock(sqlite3_file *file, int level) { MEET(LOCK); return CALL(file, xLock, level); }
static int x_unlock(sqlite3_file *file, int level) { return CALL(file, xUnlock, level); }
static int x_check(sqlite3_file *file, int *result) { MEET(CHECK); return CALL(file, xCheckReservedLock, result); }
static int x_control(sqlite3_file *file, int op, void *argument) { return CALL(file, xFileControl, op, argument); }
static int x_sector(sqlite3_file *file) { return CALL(file, xSectorSize); }
static int x_device(sqlite3_file *file) { return CALL(file, xDeviceCharacteristics); }
static int x_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **map) { MEET(SHM_MAP); return CALL(file, xShmMap, page, size, extend, map); }
static int x_shm_lock(sqlite3_file *file, int offset, int n, int flags) {
  /* Those of readers are another matter than those of writers. */
  if ((flags & SQLITE_SHM_LOCK) && (kind != BUSY || (flags & SQLITE_SHM_EXCLUSIVE))) MEET(SHM_LOCK);
  return CALL(file, xShmLock, offset, n, flags);
}
static void x_shm_barrier(sqlite3_file *file) { CALL(file, xShmBarrier); }
static int x_shm_unmap(sqlite3_file *file, int remove) { return CALL(file, xShmUnmap, remove); }
static int x_fetch(sqlite3_file *file, sqlite3_int64 offset, int amount, void **page) { return CALL(file, xFetch, offset, amount, page); }
static int x_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *page) { return CALL(file, xUnfetch, offset, page); }

static const sqlite3_io_methods methods = {
  3, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_check, x_control, x_sector, x_device,
  x_shm_map, x_shm_lock, x_shm_barrier, x_shm_unmap, x_fetch, x_unfetch,
};

static int x_open(sqlite3_vfs *own, const char *name, sqlite3_file *file, int flags, int *out) {
  (void)own;
  file->pMethods = NULL;
  MEET(OPEN);
  sqlite3_file *inner = sqlite3_malloc(real->szOsFile);
  if (inner == NULL) return SQLITE_NOMEM;
  memset(inner, 0, (size_t)real->szOsFile);
  int code = real->xOpen(real, name, inner, flags, out);
  if (code != SQLITE_OK) { sqlite3_free(inner); return code; }
  REAL(file) = inner;
  file->pMethods = &methods;
  return SQLITE_OK;
}
static int x_delete(sqlite3_vfs *own, const char *name, int sync) {
  (void)own;
  int code = meet(DELETE);
  if (code != SQLITE_OK && code != SQLITE_IOERR_DIR_FSYNC) return code;
  int result = real->xDelete(real, name, sync);
  return result == SQLITE_OK ? code : result;
}
static int x_access(sqlite3_vfs *own, const char *name, int flags, int *result) {
  (void)own;
  MEET(ACCESS);
  return real->xAccess(real, name, flags, result);
}

static void arm(sqlite3_context *context, int n, sqlite3_value **values) {
  (void)n;
  static const char *names[] = { "none", "io", "full", "busy", "memory", "deleted" };
  const char *name = (const char *)sqlite3_value_text(values[0]);
  kind = NONE;
  for (int index = 0; name != NULL && index <= DELETED; index++) if (strcmp(name, names[index]) == 0) kind = index;
  at = sqlite3_value_int(values[1]);
  forever = sqlite3_value_int(values[2]);
  count = hits = 0;
  sqlite3_result_int(context, kind);
}
static void tell_count(sqlite3_context *context, int n, sqlite3_value **values) { (void)n; (void)values; sqlite3_result_int(context, count); }
static void tell_hits(sqlite3_context *context, int n, sqlite3_value **values) { (void)n; (void)values; sqlite3_result_int(context, hits); }

int sqlite3_extension_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
  (void)message;
  SQLITE_EXTENSION_INIT2(api);
  if (real == NULL) {
    real = sqlite3_vfs_find(NULL);
    if (real == NULL) return SQLITE_ERROR;
    vfs = *real;
    vfs.zName = "fault";
    vfs.szOsFile = sizeof(File);
    vfs.xOpen = x_open;
    vfs.xDelete = x_delete;
    vfs.xAccess = x_access;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) return SQLITE_ERROR;
  }
  sqlite3_create_function(db, "fault_arm", 3, SQLITE_UTF8, NULL, arm, NULL, NULL);
  sqlite3_create_function(db, "fault_count", 0, SQLITE_UTF8, NULL, tell_count, NULL, NULL);
  sqlite3_create_function(db, "fault_hits", 0, SQLITE_UTF8, NULL, tell_hits, NULL, NULL);
  return SQLITE_OK_LOAD_PERMANENTLY;
}
