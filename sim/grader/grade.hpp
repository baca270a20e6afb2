// placeholder purpose line for the grader
#pragma once
