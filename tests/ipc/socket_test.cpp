// Connections over real Unix sockets: opening, bounded queues, faults, and a listener's file.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ipc/socket.hpp"

namespace vistter::ipc {
namespace {

constexpr int patience_ms = 5000;

bool readable(int fd) {
    pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&wait, 1, patience_ms) == 1;
}

class IpcSocket : public testing::Test {
  protected:
    void SetUp() override {
        std::string shape =
            (std::filesystem::temp_directory_path() / "vistter-ipc-XXXXXX").string();
        ASSERT_NE(::mkdtemp(shape.data()), nullptr);
        folder_ = shape;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    // A connected pair: first the accepted end, second the connecting one.
    std::pair<std::unique_ptr<Connection>, std::unique_ptr<Connection>> pair() {
        int fds[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        return {std::make_unique<Connection>(fds[0]), std::make_unique<Connection>(fds[1])};
    }

    std::filesystem::path folder_;
};

TEST_F(IpcSocket, MessagesCrossInOrderBothWays) {
    auto listener = Listener::open(folder_ / "s");
    ASSERT_TRUE(listener);
    EXPECT_EQ((*listener)->accept(), nullptr);
    auto client = connect_to(folder_ / "s");
    ASSERT_TRUE(client);
    ASSERT_TRUE(readable((*listener)->fd()));
    std::unique_ptr<Connection> server = (*listener)->accept();
    ASSERT_NE(server, nullptr);
    ASSERT_TRUE((*client)->open("control"));
    ASSERT_TRUE(server->open("program"));
    ASSERT_TRUE((*client)->send(Pause{.run_id = "run_1"}));
    ASSERT_TRUE(readable(server->fd()));
    auto got = server->receive();
    ASSERT_TRUE(got);
    ASSERT_EQ(got->size(), 2U);
    EXPECT_EQ(std::get<Hello>((*got)[0]).role, "control");
    EXPECT_EQ(std::get<Hello>((*got)[0]).pid, ::getpid());
    EXPECT_EQ(std::get<Pause>((*got)[1]).run_id, "run_1");
    ASSERT_TRUE(readable((*client)->fd()));
    EXPECT_TRUE((*client)->receive());
}

TEST_F(IpcSocket, APeerOfAnotherVersionOrWithoutHelloIsRefused) {
    for (const Message& first :
         {Message{Hello{.version = protocol_version + 1, .role = "control", .pid = 1}},
          Message{RequestStatus{}}}) {
        auto [server, client] = pair();
        ASSERT_TRUE(client->send(first));
        auto got = server->receive();
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, ErrorCode::VER_UNSUPPORTED);
    }
}

TEST_F(IpcSocket, MessagesBeforeAFaultAreHandedOutFirst) {
    auto [server, client] = pair();
    ASSERT_TRUE(client->open("control"));
    ASSERT_TRUE(client->send_encoded(std::string("\x02\0\0\0\xff\xff", 6)));
    auto got = server->receive();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->size(), 1U);
    ASSERT_TRUE(readable(server->fd()));
    auto over = server->receive();
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, ErrorCode::VAL_SCHEMA);
}

TEST_F(IpcSocket, LastWordsOfAPeerThatLeftAreRead) {
    auto [server, client] = pair();
    ASSERT_TRUE(client->open("control"));
    client.reset();
    auto got = server->receive();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->size(), 1U);
    EXPECT_FALSE(server->receive());
    EXPECT_FALSE(server->send(StatusEnd{}));
}

TEST_F(IpcSocket, TheQueueOfASilentPeerIsBounded) {
    auto [server, client] = pair();
    ASSERT_TRUE(server->open("program"));
    server->set_queue_limit(256 * 1024);
    AccessUnit unit;
    unit.data.assign(50'000, 1);
    std::size_t sent = 0;
    Status last = ok();
    while (sent < 1000 && (last = server->send(unit))) ++sent;
    ASSERT_FALSE(last);
    EXPECT_EQ(last.error().code, ErrorCode::LIM_QUEUE_FULL);
    EXPECT_LE(server->queued_bytes(), 256U * 1024);
    // Nothing of the refused one was queued: the peer reads exactly what was taken, whole.
    std::size_t read = 0;
    while (read < sent + 1) {
        ASSERT_TRUE(server->flush());
        ASSERT_TRUE(readable(client->fd()));
        auto got = client->receive();
        ASSERT_TRUE(got);
        read += got->size();
    }
    EXPECT_EQ(read, sent + 1);
    EXPECT_FALSE(server->wants_write());
}

TEST_F(IpcSocket, TheListenersFileIsPrivateAndGoesWithIt) {
    {
        auto listener = Listener::open(folder_ / "s");
        ASSERT_TRUE(listener);
        struct stat there {};
        ASSERT_EQ(::stat((folder_ / "s").c_str(), &there), 0);
        EXPECT_EQ(there.st_mode & 0777, 0600U);
    }
    EXPECT_FALSE(std::filesystem::exists(folder_ / "s"));
    auto nobody = connect_to(folder_ / "s");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, ErrorCode::RES_NOT_FOUND);
}

TEST_F(IpcSocket, AStaleSocketIsReplacedALiveOneIsNot) {
    auto first = Listener::open(folder_ / "s");
    ASSERT_TRUE(first);
    auto second = Listener::open(folder_ / "s");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::SYS_PORT_IN_USE);
    EXPECT_TRUE(connect_to(folder_ / "s"));

    std::filesystem::rename(folder_ / "s",
                            folder_ / "kept");  // the socket file outlives its listener
    first->reset();
    std::filesystem::rename(folder_ / "kept", folder_ / "s");
    EXPECT_TRUE(Listener::open(folder_ / "s"));
}

TEST_F(IpcSocket, AFileThatIsNoSocketIsNeverDeleted) {
    std::ofstream(folder_ / "s") << "mine";
    auto listener = Listener::open(folder_ / "s");
    ASSERT_FALSE(listener);
    EXPECT_EQ(listener.error().code, ErrorCode::SYS_PORT_IN_USE);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "s"));
}

TEST_F(IpcSocket, APathTooLongForASocketIsNamed) {
    auto listener = Listener::open(folder_ / std::string(200, 'x'));
    ASSERT_FALSE(listener);
    EXPECT_EQ(listener.error().code, ErrorCode::VAL_RANGE);
}

}  // namespace
}  // namespace vistter::ipc
