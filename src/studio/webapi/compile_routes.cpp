// Overlays before they are sent: compiled for the appliances that shall play them.
#include <algorithm>
#include <set>
#include <utility>

#include "contract/json_text.hpp"
#include "contract/object_writer.hpp"
#include "ocl/compile/compile.hpp"
#include "studio/webapi/compile_targets.hpp"
#include "studio/webapi/hashing.hpp"
#include "studio/webapi/json_body.hpp"
#include "studio/webapi/ownership.hpp"
#include "studio/webapi/problem.hpp"
#include "studio/webapi/route.hpp"

namespace vistter::studio {
namespace {

constexpr std::size_t most_devices = 64;

struct Wanted {
    std::string device_id, name;
    std::optional<contract::CompileTarget> target;
};

struct Order {
    contract::AuthoringNode scene;
    std::map<std::string, ocl::AssetFacts> facts;
    std::vector<Wanted> appliances;
};

Result<contract::AuthoringNode> scene_in(const std::string& body) {
    const auto text = contract::text_at_pointer(body, "/scene");
    if (!text) return fail_at(ErrorCode::VAL_SCHEMA, "/scene", "is missing");
    auto scene = contract::parse_authoring(*text);
    if (scene) return scene;
    Error error = scene.error();
    for (ErrorDetail& detail : error.details) detail.pointer.insert(0, "/scene");
    return error;
}

// An asset that names no hash is looked up in the organisation's library by its id.
std::map<std::string, ocl::AssetFacts> facts_of(const Services& services, const std::string& tenant,
                                                const contract::AuthoringNode& scene) {
    std::map<std::string, ocl::AssetFacts> facts;
    const contract::AuthoringNode* assets = scene.find("assets");
    if (!assets) return facts;
    for (const auto& [key, asset] : std::get<contract::AuthoringNode::Members>(assets->value)) {
        const contract::AuthoringNode* id = asset.find("asset_id");
        if (!asset.find("file") || !id || !id->text()) continue;
        const auto known = services.library.find_asset(tenant, *id->text());
        if (known) facts[key] = {known->sha256, known->size_bytes, 0, 0};
    }
    return facts;
}

Result<Order> read_order(const Services& services, const Call& call) {
    auto body = read_object(call.request, max_document_body);
    if (!body) return body.error();
    Members members(*body);
    members.object("scene", true);
    const json::array* ids = members.array("device_ids", true);
    if (auto read = members.done(); !read) return read.error();
    if (ids->empty() || ids->size() > most_devices)
        return fail_at(ErrorCode::VAL_RANGE, "/device_ids", "from 1 to 64 appliances at once");
    Order order;
    std::set<std::string> seen;
    for (const json::value& id : *ids) {
        const std::string device_id(id.is_string() ? std::string_view(id.get_string())
                                                   : std::string_view());
        const auto device = owned_device(services, *call.who, device_id);
        const std::string at = "/device_ids/" + std::to_string(seen.size());
        if (!device) return fail_at(ErrorCode::RES_NOT_FOUND, at, "no appliance has this id");
        if (!seen.insert(device_id).second)
            return fail_at(ErrorCode::VAL_DUPLICATE_ID, at, "is there twice");
        order.appliances.push_back({device_id, device->name, compile_target(services, *device)});
    }
    auto scene = scene_in(call.request.body);
    if (!scene) return scene.error();
    order.scene = std::move(*scene);
    order.facts = facts_of(services, call.who->user.tenant, order.scene);
    return order;
}

ocl::Compiled compiled_for(const Order& order, const Wanted& wanted) {
    if (wanted.target) return ocl::compile(order.scene, order.facts, *wanted.target);
    ocl::Compiled nothing;
    nothing.report.error(ErrorCode::STA_NOT_READY, "",
                         "This appliance has never connected: nobody knows what it can draw.");
    return nothing;
}

// The whole answer as text. Runs on a worker.
std::string compiled_for_all(const Order& order) {
    contract::ObjectWriter documents;
    std::set<std::string> written;
    std::string appliances = "[";
    bool all = true;
    for (const Wanted& wanted : order.appliances) {
        const ocl::Compiled made = compiled_for(order, wanted);
        const bool good = !made.report.failed();
        all = all && good;
        contract::ObjectWriter one;
        one.text("device_id", wanted.device_id).text("name", wanted.name).boolean("ok", good);
        if (good) {
            one.text("sha256", made.sha256);
            if (written.insert(made.sha256).second) documents.raw(made.sha256, made.text);
        } else {
            one.null("sha256");
        }
        one.raw("report", ocl::issues_text(made.report.issues()));
        appliances += (appliances.size() > 1 ? "," : "") + one.str();
    }
    return contract::ObjectWriter()
        .boolean("ok", all)
        .raw("appliances", appliances + "]")
        .raw("documents", documents.str())
        .str();
}

void compile(Services& services, const Call& call, std::unique_ptr<net::Responder> responder) {
    auto order = read_order(services, call);
    if (!order) return responder->respond(problem(order.error(), call.correlation_id));
    on_worker<std::string>(
        services, SharedResponder(std::move(responder)), call.correlation_id,
        [order = std::move(*order)] { return compiled_for_all(order); },
        [](const std::string& answer) {
            net::Response response;
            response.status = 200;
            response.headers = {{"Content-Type", "application/json"}};
            response.body = answer;
            return response;
        });
}

}  // namespace

std::vector<Route> compile_routes() {
    return {{.method = "POST",
             .pattern = "/v1/overlays:compile",
             .access = Access::producer,
             .act = no_act,
             .later = compile}};
}

}  // namespace vistter::studio
