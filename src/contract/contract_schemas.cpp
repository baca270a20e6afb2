// The schemas of contract/schemas, carried in the program and compiled once.
#include "contract/embedded.hpp"
#include "contract/schema.hpp"

namespace vistter::contract {

const SchemaSet& contract_schemas() {
    static const SchemaSet& set = *[] {
        auto* made = new SchemaSet;  // lives for ever: judged with until the last thread ends
        for (const auto& [name, text] : embedded_schemas()) made->add(text);
        made->link();
        return made;
    }();
    return set;
}

}  // namespace vistter::contract
