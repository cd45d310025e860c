using Math4AI.Data;
using Math4AI.Language.Words;

namespace Math4AI.Tests.Language.Words;

public sealed class PlainWordsTests : TemporaryFolder
{
    private const string Printed = "The King\u2019s men\u2014100 of them\u2014ate 3.14 pies,\ndidn't they?  \"Yes!\" "
        + "\U0001F600 said\tshe at 12:30.\r\n\r\nNa\u00EFve \u00DCBER-well co\u00ADoperate e\u0301t\u00E9 "
        + "\u6771\u4EAC\u3002\u4EAC\u90FD new_york -- (end). ";

    private const string Plain = "the king's men 100 of them ate 3.14 pies didn't they\nyes\nsaid she at 12 30\n"
        + "na\u00EFve \u00FCber-well cooperate e\u0301t\u00E9 \u6771\u4EAC\n\u4EAC\u90FD new_york end";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void A_printed_text_is_read_as_words_between_spaces_and_sentences_between_lines(int buffer)
    {
        // Longer than what is read at once, so that characters of two units are cut.
        const int Times = 500;
        File.WriteAllText(In("text"), string.Concat(Enumerable.Repeat(Printed, Times)));
        using var words = new PlainWords(In("text"), GzipFile.Open(In("text")));
        using var all = new MemoryStream();
        byte[] some = new byte[buffer];
        for (int count; (count = words.Read(some, 0, some.Length)) > 0;)
        {
            all.Write(some, 0, count);
        }

        Assert.Equal(
            string.Join('\n', Enumerable.Repeat(Plain, Times)), System.Text.Encoding.UTF8.GetString(all.ToArray()));
    }

    [Theory]
    [InlineData(WordMethod.MutualInformation)]
    [InlineData(WordMethod.SkipGram)]
    public void Vectors_of_a_printed_text_are_those_of_its_plain_words(WordMethod method)
    {
        var random = new Random(1);
        string[] nouns = ["king", "queen", "castle", "bread", "soup", "cat"], verbs = ["sees", "eats", "likes"];
        string[] sentences = [.. Enumerable.Range(0, 400).Select(_ =>
            $"the {nouns[random.Next(6)]} {verbs[random.Next(3)]} a {nouns[random.Next(6)]}")];
        File.WriteAllLines(In("plain"), sentences);
        File.WriteAllText(
            In("printed"),
            string.Concat(sentences.Select(one => $"T{one[1..].Replace(" a ", "\na ", StringComparison.Ordinal)}! ")));
        var options = new WordVectorOptions { Method = method, Dimensions = 4, Window = 3 };
        WordVectors expected = WordVectors.Train(In("plain"), options);
        WordVectors found = WordVectors.Train(In("printed"), options with { PlainWords = true });
        Assert.Equal(expected.Words, found.Words);
        Assert.Equal(expected.Values.ToArray(), found.Values.ToArray());
        Assert.Null(found.Remark);

        WordVectors written = WordVectors.Train(In("printed"), options);
        Assert.Contains("have punctuation at an end", written.Remark!, StringComparison.Ordinal);
        Assert.False(written.Contains("the"));
        ArgumentException none = Assert.Throws<ArgumentException>(() => written.Near("the", 1));
        Assert.Contains("there is one of 'The'", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_text_in_this_encoding_is_refused()
    {
        File.WriteAllBytes(In("latin"), [.. "caf\u00E9 au lait".Select(letter => (byte)letter)]);
        File.WriteAllText(In("zero"), "a b \0 c");
        var plain = new WordVectorOptions { PlainWords = true, MinCount = 1, Dimensions = 1 };
        foreach (string file in new[] { "latin", "zero" })
        {
            InvalidDataException wrong =
                Assert.Throws<InvalidDataException>(() => WordVectors.Train(In(file), plain));
            Assert.Contains("no text in UTF-8", wrong.Message, StringComparison.Ordinal);
        }
    }
}
