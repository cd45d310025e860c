#include "math4ai.h"
#include "math4ai_sound.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

TEST(Result, Every_code_has_a_sentence_of_its_own) {
    std::set<std::string> sentences;
    for (std::int32_t code = M4_OK; code <= M4_DEVICE_RATE; ++code) {
        const std::string sentence = m4_result_message(code);
        EXPECT_EQ(sentence.back(), '.') << code;
        EXPECT_TRUE(sentences.insert(sentence).second) << code;
    }
}

TEST(Result, An_unknown_code_is_said_to_be_unknown) {
    EXPECT_STREQ(m4_result_message(-1), "Unknown result code.");
    EXPECT_STREQ(m4_result_message(M4_DEVICE_RATE + 1), "Unknown result code.");
}

TEST(Result, The_loaded_libraries_are_the_ones_that_the_headers_describe) {
    EXPECT_EQ(m4_abi_version(), M4_ABI_VERSION);
    EXPECT_EQ(m4_sound_abi_version(), M4_SOUND_ABI_VERSION);
    EXPECT_EQ(std::string(m4_sndfile_version()).rfind("libsndfile-", 0), 0u);
}
