// Under LeakSanitizer only: fontconfig keeps its patterns by offsets instead of pointers, so memory it still uses looks
// lost to the sanitizer. Everything else is reported.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig.so\n"; }
