// Numbers the embedded migrations by their file names.
#include <charconv>

#include "appliance/adapters/store/stores.hpp"

namespace vistter::appliance {

std::vector<store::Migration> appliance_migrations() {
    std::vector<store::Migration> out;
    for (const auto& [name, sql] : embedded_appliance_migrations()) {
        int number = 0;
        std::from_chars(name.data(), name.data() + name.size(), number);
        out.push_back({number, name, sql});
    }
    return out;
}

}  // namespace vistter::appliance
