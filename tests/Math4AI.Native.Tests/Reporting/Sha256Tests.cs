using System.Security.Cryptography;
using System.Text;
using Math4AI.Reporting.Charts;

namespace Math4AI.Tests.Reporting;

public class Sha256Tests
{
    // Source: NIST, FIPS 180-4, and its example vectors.
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Published_texts_have_their_published_hashes(string text, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Bytes_of_every_length_around_the_blocks_have_the_hash_that_OpenSSL_has()
    {
        byte[] bytes = new byte[300];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            Assert.Equal(SHA256.HashData(bytes.AsSpan(0, length)), Sha256.Hash(bytes.AsSpan(0, length)));
        }
    }
}
