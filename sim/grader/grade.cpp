#include "sim/grader/grade.hpp"
