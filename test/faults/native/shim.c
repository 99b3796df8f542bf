/* Stands between a process and the C library (LD_PRELOAD) and counts what is done to files below FAULT_ROOT, in one
 * counter for all processes that share the control file. At the chosen operation it kills the process, its whole group
 * or the leader of the group alone, makes this and maybe every later operation fail, or writes other bytes than it was
 * given. It can also write down every operation, with data, for a replay, and set the clock wrong.
 *
 * Layout of `struct control` and of the log's records: shim.ts reads and writes the same bytes. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { ACT_NONE, ACT_KILL, ACT_ERROR, ACT_SHORT, ACT_KILL_ONE, ACT_KILL_LEADER, ACT_ALTER };
/* What is counted: writes of all kinds below the root; opens below the root; opens of anything; content of backups. */
enum { CLASS_WRITE = 1, CLASS_OPEN = 2, CLASS_OPEN_ANYWHERE = 4, CLASS_BACKUP = 8 };
/* What is logged: operations with data; opens with their caller; the process's locks with both. */
enum { LOG_DATA = 1, LOG_OPEN = 2, LOG_LOCKS = 4 };
enum { OP_CREATE = 1, OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_SYNCDIR, OP_RENAME, OP_UNLINK, OP_MKDIR, OP_RMDIR, OP_ACK, OP_OPEN, OP_LOCKS };

struct control {
  uint64_t counter;   /* operations of the chosen classes so far */
  uint64_t at;        /* the operation to meet the fault, from 1; 0 is none */
  uint32_t action;
  uint32_t error;     /* errno of ACT_ERROR */
  uint32_t forever;   /* whether every later operation fails too */
  uint32_t classes;
  uint32_t log;
  uint32_t lock;      /* held while an operation is done and logged, so that the log has their true order */
  uint32_t hits;      /* faults so far */
  uint32_t reserved;
  char what[464];     /* the first operation that met the fault, in words */
};

struct record {
  uint32_t kind, pid;
  uint64_t inode, offset;
  uint32_t path_length, data_length;
};

static struct control *control;
static int log_fd = -1;
static char root[4096];
static size_t root_length;

#define FDS 65536
static char *paths[FDS]; /* of descriptors below the root */

#define REAL(type, name, ...) static type (*real_##name)(__VA_ARGS__)
REAL(int, open, const char *, int, ...);
REAL(int, openat, int, const char *, int, ...);
REAL(int, close, int);
REAL(ssize_t, write, int, const void *, size_t);
REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
REAL(ssize_t, writev, int, const struct iovec *, int);
REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
REAL(int, fsync, int);
REAL(int, fdatasync, int);
REAL(int, ftruncate, int, off_t);
REAL(int, rename, const char *, const char *);
REAL(int, unlink, const char *);
REAL(int, mkdir, const char *, mode_t);
REAL(int, rmdir, const char *);

static void *map_file(const char *path, size_t size) {
  int fd = real_open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return NULL;
  void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  real_close(fd);
  return map == MAP_FAILED ? NULL : map;
}

__attribute__((constructor)) static void start(void) {
#define LOAD(name) real_##name = dlsym(RTLD_NEXT, #name)
  LOAD(open); LOAD(openat); LOAD(close); LOAD(write); LOAD(pwrite); LOAD(writev); LOAD(pwritev); LOAD(fsync);
  LOAD(fdatasync); LOAD(ftruncate); LOAD(rename); LOAD(unlink); LOAD(mkdir); LOAD(rmdir);
  const char *file = getenv("FAULT_CONTROL"), *below = getenv("FAULT_ROOT"), *log = getenv("FAULT_LOG");
  if (file == NULL || below == NULL || strlen(below) >= sizeof root) return;
  strcpy(root, below);
  root_length = strlen(root);
  if (log != NULL) {
    int fd = real_open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    /* High, out of the way of programs that expect low numbers. */
    if (fd >= 0) { log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 900); if (log_fd < 0) log_fd = fd; else real_close(fd); }
  }
  control = map_file(file, sizeof *control);
}

/* The absolute path, if it is below the root; else NULL. */
static const char *below_root(const char *path, char *buffer, size_t size) {
  if (control == NULL || path == NULL) return NULL;
  if (path[0] != '/') {
    if (getcwd(buffer, size) == NULL) return NULL;
    size_t length = strlen(buffer);
    if (length + strlen(path) + 2 > size) return NULL;
    buffer[length] = '/';
    strcpy(buffer + length + 1, path);
    path = buffer;
  }
  if (strncmp(path, root, root_length) != 0 || (path[root_length] != '/' && path[root_length] != 0)) return NULL;
  return path;
}

static const char *path_of(int fd) {
  if (control == NULL || fd < 0 || fd >= FDS) return NULL;
  return __atomic_load_n(&paths[fd], __ATOMIC_ACQUIRE);
}

static void remember(int fd, const char *path) {
  if (fd < 0 || fd >= FDS) return;
  char *old = __atomic_exchange_n(&paths[fd], path == NULL ? NULL : strdup(path), __ATOMIC_ACQ_REL);
  free(old);
}

static void take_lock(void) {
  while (__atomic_exchange_n(&control->lock, 1, __ATOMIC_ACQUIRE)) sched_yield();
}
static void drop_lock(void) { __atomic_store_n(&control->lock, 0, __ATOMIC_RELEASE); }

static void append(uint32_t kind, uint64_t inode, uint64_t offset, const char *path, const struct iovec *data, int count) {
  struct record record = { kind, (uint32_t)getpid(), inode, offset, (uint32_t)strlen(path), 0 };
  struct iovec parts[66] = { { &record, sizeof record }, { (void *)path, record.path_length } };
  int used = 2;
  for (int i = 0; i < count && used < 66; i++) {
    parts[used++] = data[i];
    record.data_length += (uint32_t)data[i].iov_len;
  }
  if (real_writev(log_fd, parts, used) < 0) { /* The reader notices that the log ends early. */ }
}

static uint64_t inode_of(int fd) {
  struct stat found;
  return fstat(fd, &found) == 0 ? found.st_ino : 0;
}

/* Adds the lines of /proc/locks about this process. Closing a descriptor of that file drops no lock of others. */
static size_t read_locks(char *mine, size_t kept, size_t size) {
  static char text[1 << 18];
  size_t length = 0;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/locks", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return kept;
  for (ssize_t got; length < sizeof text - 1 && (got = read(fd, text + length, sizeof text - 1 - length)) > 0;) length += (size_t)got;
  syscall(SYS_close, fd);
  text[length] = 0;
  int pid = getpid();
  for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
    int owner = 0;
    *end = 0;
    size_t width = (size_t)(end - line);
    if (sscanf(line, "%*d: POSIX %*s %*s %d", &owner) != 1 || owner != pid || kept + width + 1 > size) continue;
    memcpy(mine + kept, line, width);
    kept += width;
    mine[kept++] = '\n';
  }
  return kept;
}

/* The kernel gives out the table in parts, and may skip a line when others go between two of them: it is read thrice. */
static void append_locks(const char *path) {
  static char mine[1 << 16];
  size_t kept = 0;
  for (int time = 0; time < 3; time++) kept = read_locks(mine, kept, sizeof mine);
  struct iovec data = { mine, kept };
  append(OP_LOCKS, 0, 0, path, &data, 1);
}

/* The leader of the group is the program that was started; its children go on without it. */
static void kill_leader(void) {
  pid_t leader = getpgrp();
  kill(leader, SIGKILL);
  if (leader == getpid()) for (;;) pause();
  while (getppid() == leader) sched_yield();
}

/* What the fault does to this operation: 0 nothing, else the action. Counts it. */
static uint32_t meet(uint32_t class, const char *name, const char *path) {
  if (control == NULL || !(control->classes & class)) return ACT_NONE;
  uint64_t number = __atomic_add_fetch(&control->counter, 1, __ATOMIC_ACQ_REL);
  uint64_t at = control->at;
  if (at == 0 || number < at || (number > at && !control->forever) || control->action == ACT_NONE) return ACT_NONE;
  if (__atomic_fetch_add(&control->hits, 1, __ATOMIC_ACQ_REL) == 0)
    snprintf(control->what, sizeof control->what, "%s %s", name, path);
  if (control->action == ACT_KILL || control->action == ACT_KILL_ONE) {
    kill(control->action == ACT_KILL ? 0 : getpid(), SIGKILL);
    for (;;) pause();
  }
  if (control->action == ACT_KILL_LEADER) {
    kill_leader();
    return ACT_NONE;
  }
  if (control->action == ACT_ERROR) errno = (int)control->error;
  return control->action;
}

static int logs(uint32_t what) { return control != NULL && log_fd >= 0 && (control->log & what); }

/* Does one counted operation: `real` is its call, `kind` and the rest go to the log. */
#define OPERATION(type, name, path, kind, inode, offset, data, count, real) do { \
    if (meet(CLASS_WRITE, name, path) == ACT_ERROR) return (type)-1; \
    if (!logs(LOG_DATA)) return real; \
    take_lock(); \
    if (logs(LOG_LOCKS)) append_locks(path); \
    type result_ = real; \
    int error_ = errno; \
    if (result_ >= 0) append(kind, inode, offset, path, data, count); \
    drop_lock(); \
    errno = error_; \
    return result_; \
  } while (0)

static int opened(int fd, const char *path, int flags, int created, const void *caller) {
  int error = errno;
  if (fd >= 0) remember(fd, path);
  if (path != NULL && logs(LOG_OPEN)) {
    Dl_info info;
    const char *object = dladdr(caller, &info) && info.dli_fname != NULL ? info.dli_fname : "?";
    struct iovec data = { (void *)object, strlen(object) };
    append(OP_OPEN, fd < 0 ? 0 : inode_of(fd), (uint64_t)flags, path, &data, 1);
  }
  if (path != NULL && fd >= 0 && logs(LOG_DATA)) {
    if (created) append(OP_CREATE, inode_of(fd), 0, path, NULL, 0);
    else if (flags & O_TRUNC) append(OP_TRUNCATE, inode_of(fd), 0, path, NULL, 0);
  }
  errno = error;
  return fd;
}

static int open_any(int directory, const char *name, int flags, mode_t mode, const void *caller) {
  char buffer[4096];
  const char *path = directory == AT_FDCWD || (name != NULL && name[0] == '/') ? below_root(name, buffer, sizeof buffer) : NULL;
  struct stat found;
  int created = path != NULL && (flags & O_CREAT) && lstat(path, &found) != 0;
  if (path == NULL) {
    if (control != NULL && name != NULL && meet(CLASS_OPEN_ANYWHERE, "open", name) == ACT_ERROR) return -1;
  } else {
    if (meet(CLASS_OPEN | CLASS_OPEN_ANYWHERE, "open", path) == ACT_ERROR) return -1;
    if ((created || (flags & O_TRUNC)) && meet(CLASS_WRITE, created ? "create" : "truncate", path) == ACT_ERROR) return -1;
  }
  int locked = path != NULL && logs(LOG_DATA);
  if (locked) take_lock();
  if (locked && logs(LOG_LOCKS)) append_locks(path);
  int fd = opened(real_openat(directory, name, flags, mode), path, flags, created, caller);
  if (locked) drop_lock();
  return fd;
}

#define MODE_OF(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }

int open(const char *path, int flags, ...) { MODE_OF(flags) return open_any(AT_FDCWD, path, flags, mode, __builtin_return_address(0)); }
int open64(const char *path, int flags, ...) { MODE_OF(flags) return open_any(AT_FDCWD, path, flags, mode, __builtin_return_address(0)); }
int openat(int at, const char *path, int flags, ...) { MODE_OF(flags) return open_any(at, path, flags, mode, __builtin_return_address(0)); }
int openat64(int at, const char *path, int flags, ...) { MODE_OF(flags) return open_any(at, path, flags, mode, __builtin_return_address(0)); }
int creat(const char *path, mode_t mode) { return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, __builtin_return_address(0)); }

int close(int fd) {
  if (control != NULL && fd == log_fd && fd >= 0) return 0;
  if (path_of(fd) != NULL) remember(fd, NULL);
  return real_close(fd);
}

/* A copy of bytes, of which one is another; never freed: a process writes few of them. */
static void *altered(const struct iovec *data) {
  char *bytes = malloc(data->iov_len);
  if (bytes == NULL) abort();
  memcpy(bytes, data->iov_base, data->iov_len);
  bytes[data->iov_len / 2] ^= 1;
  return bytes;
}

/* Writes: `part` is what a short write still does. */
static ssize_t write_any(int fd, const struct iovec *data, int count, off_t offset, int positioned) {
  size_t size = 0;
  for (int i = 0; i < count; i++) size += data[i].iov_len;
  const char *path = path_of(fd);
  if (path == NULL) {
    ssize_t result = positioned ? real_pwritev(fd, data, count, offset) : real_writev(fd, data, count);
    if (fd == 1 && result > 0 && logs(LOG_DATA)) {
      int error = errno;
      take_lock();
      append(OP_ACK, 0, 0, "", data, count);
      drop_lock();
      errno = error;
    }
    return result;
  }
  struct iovec part = data[0];
  uint32_t action = meet(strstr(path, "/backups/") == NULL ? CLASS_WRITE : CLASS_WRITE | CLASS_BACKUP, "write", path);
  if (action == ACT_ERROR) return -1;
  if (action == ACT_ALTER && count == 1 && size > 0) {
    part.iov_base = altered(data);
    data = &part;
  }
  if (action == ACT_SHORT && size > 1) {
    part.iov_len = size / 2 < part.iov_len ? size / 2 : part.iov_len;
    data = &part;
    count = 1;
  }
  if (!logs(LOG_DATA)) return positioned ? real_pwritev(fd, data, count, offset) : real_writev(fd, data, count);
  take_lock();
  if (logs(LOG_LOCKS)) append_locks(path);
  off_t start = positioned ? offset : lseek(fd, 0, SEEK_CUR);
  ssize_t result = positioned ? real_pwritev(fd, data, count, offset) : real_writev(fd, data, count);
  int error = errno;
  if (!positioned && result >= 0) start = lseek(fd, 0, SEEK_CUR) - result;
  if (result >= 0) append(OP_WRITE, inode_of(fd), (uint64_t)start, path, data, count);
  drop_lock();
  errno = error;
  return result;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  if (control == NULL || (path_of(fd) == NULL && fd != 1)) return real_write(fd, bytes, size);
  struct iovec data = { (void *)bytes, size };
  return write_any(fd, &data, 1, 0, 0);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  struct iovec data = { (void *)bytes, size };
  return path_of(fd) == NULL ? real_pwrite(fd, bytes, size, offset) : write_any(fd, &data, 1, offset, 1);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset) { return pwrite(fd, bytes, size, offset); }
ssize_t writev(int fd, const struct iovec *data, int count) {
  if (control == NULL || count < 1 || (path_of(fd) == NULL && fd != 1)) return real_writev(fd, data, count);
  return write_any(fd, data, count, 0, 0);
}
ssize_t pwritev(int fd, const struct iovec *data, int count, off_t offset) {
  return path_of(fd) == NULL || count < 1 ? real_pwritev(fd, data, count, offset) : write_any(fd, data, count, offset, 1);
}
ssize_t pwritev64(int fd, const struct iovec *data, int count, off_t offset) { return pwritev(fd, data, count, offset); }

static int sync_any(int fd, int data_only) {
  const char *path = path_of(fd);
  struct stat found;
  if (path == NULL) return data_only ? real_fdatasync(fd) : real_fsync(fd);
  uint32_t kind = fstat(fd, &found) == 0 && S_ISDIR(found.st_mode) ? OP_SYNCDIR : OP_SYNC;
  OPERATION(int, kind == OP_SYNC ? "fsync" : "fsync of the directory", path, kind, found.st_ino, 0, NULL, 0,
            data_only ? real_fdatasync(fd) : real_fsync(fd));
}
int fsync(int fd) { return sync_any(fd, 0); }
int fdatasync(int fd) { return sync_any(fd, 1); }

int ftruncate(int fd, off_t size) {
  const char *path = path_of(fd);
  if (path == NULL) return real_ftruncate(fd, size);
  OPERATION(int, "truncate", path, OP_TRUNCATE, inode_of(fd), (uint64_t)size, NULL, 0, real_ftruncate(fd, size));
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

static uint64_t inode_at(const char *path) {
  struct stat found;
  return lstat(path, &found) == 0 ? found.st_ino : 0;
}

int rename(const char *from, const char *to) {
  char a[4096], b[4096];
  const char *source = below_root(from, a, sizeof a), *target = below_root(to, b, sizeof b);
  if (source == NULL || target == NULL) return real_rename(from, to);
  uint64_t inode = inode_at(source);
  struct iovec data = { (void *)target, strlen(target) };
  OPERATION(int, "rename", source, OP_RENAME, inode, 0, &data, 1, real_rename(from, to));
}

int unlink(const char *name) {
  char buffer[4096];
  const char *path = below_root(name, buffer, sizeof buffer);
  if (path == NULL || inode_at(path) == 0) return real_unlink(name);
  uint64_t inode = inode_at(path);
  OPERATION(int, "unlink", path, OP_UNLINK, inode, 0, NULL, 0, real_unlink(name));
}

int mkdir(const char *name, mode_t mode) {
  char buffer[4096];
  const char *path = below_root(name, buffer, sizeof buffer);
  if (path == NULL || inode_at(path) != 0) return real_mkdir(name, mode);
  OPERATION(int, "mkdir", path, OP_MKDIR, 0, 0, NULL, 0, real_mkdir(name, mode));
}

int rmdir(const char *name) {
  char buffer[4096];
  const char *path = below_root(name, buffer, sizeof buffer);
  if (path == NULL || inode_at(path) == 0) return real_rmdir(name);
  OPERATION(int, "rmdir", path, OP_RMDIR, 0, 0, NULL, 0, real_rmdir(name));
}

/* FAULT_CLOCK: seconds by which the wall clock is off, separated by commas; the next one holds after every 40 looks at
 * it, and the last one for good. The clock that only counts forward stays as it is. */
static long clock_offset(void) {
  static const char *schedule;
  static unsigned looks;
  if (schedule == NULL && (schedule = getenv("FAULT_CLOCK")) == NULL) schedule = "";
  unsigned turn = __atomic_fetch_add(&looks, 1, __ATOMIC_RELAXED) / 40;
  const char *at = schedule;
  for (const char *comma; turn > 0 && (comma = strchr(at, ',')) != NULL; turn--) at = comma + 1;
  return atol(at);
}
int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += clock_offset();
  return result;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}
