// What the build carries from contract/ inside the program (cmake/embed.cmake): file name and text.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace vistter::contract {

std::vector<std::pair<std::string_view, std::string_view>> embedded_schemas();
std::vector<std::pair<std::string_view, std::string_view>> embedded_registries();

}  // namespace vistter::contract
