// Token references as authors write them, and as OCL reads them (contract C.9).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vistter::ocl {

// "locationName" -> "location_name"; a name that is fine stays as it is.
std::string token_name(std::string_view authored);

struct TokenUse {
    std::string name;  // as OCL reads it
    std::string type;  // what its filters ask for: string, number, datetime
};

// `text` with every {{name|filter}} and ${name|filter} as {{name|filter}} under the name OCL reads;
// `uses` gains each reference. \{{ and \${ stay braces.
std::string normalised_text(std::string_view text, std::vector<TokenUse>& uses);

}  // namespace vistter::ocl
