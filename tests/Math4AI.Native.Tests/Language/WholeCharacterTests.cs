using System.Text;
using Math4AI.Data;
using Math4AI.Language;
using Math4AI.Runtime;
using Math4AI.Tests.Training;

namespace Math4AI.Tests.Language;

/// <summary>A character that takes two units of UTF-16 is one character of a text, and nothing cuts it.</summary>
[Collection(TorchGenerator.Name)]
public sealed class WholeCharacterTests
{
    public WholeCharacterTests() => Assert.True(Compute.HasTensors);

    [Fact]
    public void Characters_of_two_units_stay_whole()
    {
        string text = string.Concat(Enumerable.Repeat("a😀b𝄞", 60));
        var about = new TextModelDescription(string.Concat(text.EnumerateRunes().Distinct().Order()), 16, 1, 2, 8);
        var model = new TextModel(about);
        Assert.Equal([0, 3, 1, 2], model.Language.Encode("a😀b𝄞"));
        int pieces = 0;
        foreach (string piece in model.Generate("a😀", new() { Length = 400, Temperature = 5.0 }))
        {
            Assert.Equal(piece, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece)));
            pieces++;
        }

        Assert.True(pieces > 100);
        Assert.Equal(["z", "🎵"], model.UnknownIn("a😀z🎵z"));
        TextScore score = model.Score(text);
        Assert.Equal((239, 240), (score.Tokens, score.Characters));
        string folder = Directory.CreateTempSubdirectory().FullName;
        using (var files = new FileTransaction(replace: false))
        {
            model.Save(folder, files);
            files.Commit();
        }

        Assert.Equal(score, TextModel.Load(folder).Score(text));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_parts_of_a_text_cut_no_character()
    {
        for (int length = 20; length < 60; length++)
        {
            string text = string.Concat(Enumerable.Repeat("😀", length));
            (Range train, Range test, Range validation) = TextTraining.PartsOf(text);
            Assert.Equal(text, text[validation] + text[train] + text[test]);
            Assert.All([train, test, validation], part =>
                Assert.All(text[part].EnumerateRunes(), rune => Assert.Equal("😀", rune.ToString())));
            (Range before, Range last, _) = TextModel.Parts(text.Length);
            Assert.InRange(before.Start.Value - train.Start.Value, 0, 1);
            Assert.InRange(last.Start.Value - test.Start.Value, 0, 1);
        }
    }
}
