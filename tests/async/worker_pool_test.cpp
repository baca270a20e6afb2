// Proves that the pool is bounded, survives work that throws, and finishes what it began.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

#include "async/loop.hpp"

namespace vistter::async {
namespace {

TEST(WorkerPool, RefusesWorkBeyondItsQueue) {
    std::promise<void> began, gate;
    std::shared_future<void> open = gate.get_future().share();
    std::atomic<int> done = 0;
    WorkerPool pool(1, 1);
    ASSERT_TRUE(pool.submit([&, open] {
        began.set_value();
        open.wait();
        ++done;
    }));
    began.get_future().wait();
    EXPECT_TRUE(pool.submit([&] { ++done; }));
    EXPECT_FALSE(pool.submit([&] { ++done; }))
        << "one runs and one waits: the queue of one is full";
    gate.set_value();
}

TEST(WorkerPool, FinishesWhatItBegan) {
    std::promise<void> began, gate;
    std::atomic<bool> done = false;
    {
        WorkerPool pool(1, 1);
        ASSERT_TRUE(pool.submit([&] {
            began.set_value();
            gate.get_future().wait();
            done = true;
        }));
        began.get_future().wait();
        gate.set_value();
    }
    EXPECT_TRUE(done);
}

TEST(WorkerPool, GoesOnAfterWorkThatThrows) {
    std::promise<int> answer;
    WorkerPool pool(1, 4);
    ASSERT_TRUE(pool.submit([] { throw std::runtime_error("a download went wrong"); }));
    ASSERT_TRUE(pool.submit([&] { answer.set_value(7); }));
    EXPECT_EQ(answer.get_future().get(), 7);
}

TEST(WorkerPool, ResultsPostBackToALoop) {
    Loop loop;
    int result = 0;
    WorkerPool pool(2, 8);
    ASSERT_TRUE(pool.submit([&] {
        int made = 42;
        loop.post([&, made] {
            result = made;
            loop.stop();
        });
    }));
    loop.run();
    EXPECT_EQ(result, 42);
}

}  // namespace
}  // namespace vistter::async
