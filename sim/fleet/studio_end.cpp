#include "sim/fleet/studio_end.hpp"

#include <stdexcept>

#include "contract/object_writer.hpp"
#include "studio/adapters/schema/schema.hpp"

namespace vistter::sim {

void FleetReports::on_hello(const contract::Envelope& envelope, const contract::Hello&) {
    ++hellos;
    if (hello) hello(envelope.device_id);
}

void FleetReports::on_ack(const contract::Envelope&, const contract::Ack& answer) {
    if (answer.status == "accepted" || answer.status == "completed")
        count(answer.message_id, "first_answers");
    if (answered) answered(answer.message_id);
}

void FleetReports::on_progress(const contract::Envelope&, const contract::Progress& progress) {
    if (!contract::is_terminal_progress(progress.state)) return;
    count(progress.message_id, "ends");
    if (answered) answered(progress.message_id);
}

void FleetReports::count_in(store::Database* database) {
    database_ = database;
    if (database_ != nullptr) {
        database_->execute(
            "CREATE TABLE IF NOT EXISTS drill_answer (message_id TEXT PRIMARY KEY, first_answers "
            "INTEGER NOT NULL DEFAULT 0, ends INTEGER NOT NULL DEFAULT 0)");
    }
}

void FleetReports::count(const std::string& message_id, const char* column) {
    if (database_ == nullptr) return;
    database_->prepare("INSERT OR IGNORE INTO drill_answer (message_id) VALUES (?)")
        .bind(message_id)
        .run();
    database_
        ->prepare(std::string("UPDATE drill_answer SET ") + column + " = " + column +
                  " + 1 WHERE message_id = ?")
        .bind(message_id)
        .run();
}

StudioEnd::Directory::Directory(const FleetTrust& trust) {
    for (const Member& member : trust.members) {
        devices_[member.device_id] = {member.device_id,
                                      FleetTrust::tenant,
                                      {{member.kid, member.signing_key.public_key().to_pem()}},
                                      {member.thumbprint},
                                      false};
    }
}

std::optional<studio::DeviceTrust> StudioEnd::Directory::device(
    const std::string& device_id) const {
    const auto found = devices_.find(device_id);
    if (found == devices_.end()) return std::nullopt;
    return found->second;
}

StudioEnd::StudioEnd(async::Loop& loop, const FleetTrust& trust, std::string database_file)
    : loop_(loop), trust_(trust), file_(std::move(database_file)), directory_(trust) {}

void StudioEnd::start() {
    auto database = store::open_database(file_, studio::schema());
    if (!database) throw std::runtime_error(describe(database.error()));
    database_ = std::move(*database);
    reports_.count_in(count_answers ? database_.get() : nullptr);
    studio::ChannelOptions options;
    options.issuer = "fleet";
    const studio::StudioKey key{FleetTrust::studio_kid, trust_.studio_key.to_pem()};
    options.keys = {{key}, {key}};
    options.heartbeat_s = heartbeat_s;
    options.defences = defences;
    options.pace = {0, 0};  // as fast as both ends can
    channel_ = studio::make_channel(loop_, *database_, directory_, reports_, machine_clock(),
                                    machine_random(), options);
    net::ServerOptions listening;
    listening.port = port_;
    listening.tls = net::ServerTls{trust_.server, trust_.root_pem()};
    listening.max_connections = max_connections;
    listening.websocket = channel_->route();
    auto server = net::listen(
        loop_, listening, [this](const net::Request& request, std::unique_ptr<net::Responder> to) {
            const auto token = channel_->issue_session_token(request.client_certificate);
            net::Response response;
            response.status = token ? 200 : 403;
            if (token)
                response.body = contract::ObjectWriter().text("session_token", token->token).str();
            to->respond(std::move(response));
        });
    if (!server) throw std::runtime_error(describe(server.error()));
    server_ = std::move(*server);
    port_ = server_->port();
}

void StudioEnd::stop() {
    server_.reset();
    channel_.reset();
    reports_.count_in(nullptr);
    database_.reset();
}

}  // namespace vistter::sim
