// Inside store only: one write a commit. SQLite hands the write-ahead log two small pieces a page;
// here they are put together and reach the file when SQLite asks for the sync that makes them
// durable.
#pragma once

namespace vistter::store {

// The name of an SQLite VFS that opens files as the system's default does, except that a log's
// pieces are gathered. Made on the first call. Right only with synchronous=FULL, as every
// connection here is: a commit shows itself to others after its sync, never before.
const char* gathering_vfs();

}  // namespace vistter::store
