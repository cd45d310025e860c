using Math4AI.Language.Words;

namespace Math4AI.Tests.Language.Words;

public sealed class WordFileTests : TemporaryFolder
{
    private static readonly WordVectors Vectors = new(
        ["the", "naïve", "😀", "1.5", "don't"],
        [1.5f, -2f, 3e-7f, 0.1f, float.MaxValue, -0f, 1f / 3f, 10f, 32f, 0f, 1e-40f, 7f, 4f, 5f, 6f]);

    [Theory]
    [InlineData("vectors.txt")]
    [InlineData("vectors.bin")]
    [InlineData("vectors.glove")]
    [InlineData("vectors.safetensors")]
    public void Every_form_keeps_words_and_bits(string name)
    {
        Vectors.Save(In(name));
        WordVectors found = WordVectors.Load(In(name));
        Assert.Equal(Vectors.Words, found.Words);
        Assert.Equal(Vectors.Values, found.Values);
        Assert.Throws<IOException>(() => Vectors.Save(In(name)));
        Vectors.Save(In(name), replace: true);
        byte[] all = File.ReadAllBytes(In(name));
        for (int length = 0; length < all.Length - 1; length += 7)
        {
            File.WriteAllBytes(In("cut"), all[..length]);
            if (name != "vectors.glove")
            {
                Assert.Throws<InvalidDataException>(() => WordVectors.Load(In("cut")));
            }
        }
    }

    [Fact]
    public void Forms_are_those_of_word2vec_and_glove_byte_by_byte()
    {
        var two = new WordVectors(["a", "b"], [1f, -2f, 0.5f, 3f]);
        two.Save(In("two.txt"));
        Assert.Equal("2 2\na 1 -2\nb 0.5 3\n", File.ReadAllText(In("two.txt")));
        two.Save(In("two.glove"));
        Assert.Equal("a 1 -2\nb 0.5 3\n", File.ReadAllText(In("two.glove")));
        two.Save(In("two.bin"));
        byte[] expected =
        [
            .. "2 2\na "u8, .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f), .. "\nb "u8,
            .. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(3f), .. "\n"u8,
        ];
        Assert.Equal(expected, File.ReadAllBytes(In("two.bin")));

        // Some programs write no line break behind a vector.
        byte[] without =
        [
            .. "2 2\na "u8, .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f), .. "b "u8,
            .. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(3f),
        ];
        File.WriteAllBytes(In("without.bin"), without);
        Assert.Equal(two.Values, WordVectors.Load(In("without.bin")).Values);
    }

    [Theory]
    [InlineData("3 2\na 1 2\nb 1 2\n", "2 vectors of 3")]
    [InlineData("2 2\na 1 2\nb 1 x\n", "line 3: 'x' is no number")]
    [InlineData("a 1 2\nb 1\n", "line 2")]
    [InlineData("a 1 2\na 3 4\n", "'a' occurs twice")]
    [InlineData("a 1 2\nb 3 NaN\n", "not finite")]
    [InlineData("hello\n", "line 1: a word and its numbers are needed; of a text, vectors are found first")]
    [InlineData("hello world again\n", "'world' is no number; of a text, vectors are found first")]
    [InlineData("9999999999 9999999999\na 1 2\n", "do not fit")]
    public void Damaged_files_end_in_a_sentence(string text, string part)
    {
        File.WriteAllText(In("vectors"), text);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => WordVectors.Load(In("vectors")));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_are_those_of_hand_made_vectors()
    {
        var vectors = new WordVectors(
            ["a", "b", "c", "d", "e"], [1f, 0f, 0.9f, 0.1f, 0.5f, 0.5f, 0f, 1f, -1f, 0.2f]);
        File.WriteAllText(In("pairs"), "word1,word2,score\nA,b,10\na,c,8\na,d,3\na,e,3\na,unknown,9\n");
        WordSimilarityScore score = WordEvaluation.Similarities(vectors, In("pairs"));
        Assert.Equal((4, 5), (score.Known, score.Pairs));

        // Ranks 3, 2, 1, 0 against 3, 2, 0.5, 0.5.
        Assert.Equal(Math.Sqrt(0.9), score.Correlation, 1e-12);
        var words = new WordVectors(
            ["man", "king", "woman", "queen", "child"],
            [1f, 0f, 0f, 1f, 0f, 1f, 0f, 1f, 0f, 0f, 2f, 2f, -1f, 0.1f, 0f]);
        File.WriteAllText(
            In("analogies"),
            ": one\nman king woman queen\nMan king woman child\nman king dog queen\n: two\nman king woman queen\n");
        Assert.True(WordEvaluation.IsOfAnalogies(In("analogies")));
        Assert.False(WordEvaluation.IsOfAnalogies(In("pairs")));
        Assert.Equal(
            [new("one", 1, 2, 3), new("two", 1, 1, 1), new WordAnalogyScore("all", 2, 3, 4)],
            WordEvaluation.Analogies(words, In("analogies")));
        File.WriteAllText(In("some"), ": one\nman king dog queen\n: two\nman king woman queen\n");
        Assert.Equal([null, 1.0, 1.0], WordEvaluation.Analogies(words, In("some")).Select(one => one.Accuracy));
        File.WriteAllText(In("wrong"), "a b\nc d e\n");
        Assert.Throws<InvalidDataException>(() => WordEvaluation.Similarities(vectors, In("wrong")));
        Assert.Throws<InvalidDataException>(() => WordEvaluation.Analogies(vectors, In("wrong")));
    }

    [Theory]
    [InlineData("x,z,y\n0.1,2,3\n0.2,4,5\n", "0 of 2 pairs")]
    [InlineData("a,b,3\na,x,5\n", "1 of 2 pairs")]
    [InlineData("a,b,3\nb,c,3\n", "do not differ")]
    [InlineData(": one\nb c d e\n", "none of 1 analogies")]
    public void An_evaluation_of_words_that_have_no_vectors_is_refused(string text, string part)
    {
        var vectors = new WordVectors(["a", "b", "c"], [1f, 0f, 0.9f, 0.1f, 0.5f, 0.5f]);
        File.WriteAllText(In("file"), text);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() =>
        {
            _ = WordEvaluation.IsOfAnalogies(In("file"))
                ? (object)WordEvaluation.Analogies(vectors, In("file"))
                : WordEvaluation.Similarities(vectors, In("file"));
        });
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }
}
