using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training;

/// <summary>Tables in which a text stands beside numbers and categories.</summary>
public sealed class TextTableTests : TemporaryFolder
{
    private static readonly string[] Fill =
        ["the", "parcel", "came", "on", "friday", "again", "with", "box", "and", "paper", "inside", "today"];

    [Theory]
    [InlineData("linear", 0.95)]
    [InlineData("svm", 0.93)]
    [InlineData("trees", 0.9)]
    public void A_label_of_words_numbers_and_categories_is_learned_from_all_of_them(string name, double least)
    {
        Table train = Orders(400, 1), test = Orders(400, 2);
        double Accuracy(params string[] ignored) => LearnedTable.Train(
            train, test, Options(ignored), LearnerNames.Make(name, new LearnerSettings(null, 1)))
            .Test.Scores["accuracy"];
        Assert.InRange(Accuracy(), least, 1.0);

        // Without the text nobody is right in more than 5/6 of the rows, and without the number in 2/3.
        Assert.InRange(Accuracy("note"), 0.7, 5.0 / 6.0 + 0.05);
        Assert.InRange(Accuracy("size"), 0.55, 2.0 / 3.0 + 0.06);
    }

    [Fact]
    public void A_target_that_is_a_text_of_its_own_in_each_row_is_refused()
    {
        File.WriteAllLines(
            In("t.csv"), Enumerable.Range(0, 41).Select(i => i == 0 ? "x,note" : $"{i % 7},note {i} here"));
        ArgumentException e = Assert.Throws<ArgumentException>(() => LearnedTable.Train(
            Table.Read(In("t.csv")), null, new TableTrainingOptions { Target = "note" }, new LinearLearner()));
        Assert.Contains("too few of each class of 'note'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_learns_it_and_a_folder_keeps_its_words()
    {
        Table train = Orders(400, 1), test = Orders(400, 2, "zebra");
        TableTrainingOptions options = Options() with
        {
            Trainer = new TrainerOptions { Steps = 300 },
            Hidden = [16],
        };
        Trained<TableModel> trained = TableModel.Train(train, test, options);
        Assert.InRange(trained.Test.Scores["accuracy"], 0.92, 1.0);
        using (var files = new FileTransaction())
        {
            trained.Model.Save(Folder, files);
            files.Commit();
        }

        var kept = (TableModel)ModelFolder.Open(Folder);
        Assert.Equal(trained.Model.Predict(test), kept.Predict(test));
        Assert.Contains("no known term", kept.PredictTable(test).Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Words_of_the_test_are_not_learned()
    {
        Trained<LearnedTable> trained = LearnedTable.Train(
            Orders(100, 1), Orders(40, 2, "zebra"), Options(), new LinearLearner { Penalty = 1.0 });
        Assert.Contains("note=broken", trained.Model.FeatureNames);
        Assert.Contains("size", trained.Model.FeatureNames);
        Assert.Contains("shop=north", trained.Model.FeatureNames);
        Assert.DoesNotContain("note=zebra", trained.Model.FeatureNames);
    }

    [Fact]
    public void A_look_tells_what_becomes_of_a_text()
    {
        Table table = Orders(60, 1);
        var look = TableLook.Of(table, Options());
        Assert.Equal(["note", "shop", "size"], look.Inputs);
        Assert.Equal("text (tfidf:1:1000)", look.Forms["note"].ToString());
        Assert.Contains(
            "--columns \"note=ignore\" does without", Assert.Single(look.Warnings), StringComparison.Ordinal);

        // Who says that it is text is not told so.
        look = TableLook.Of(table, Options() with { Columns = ColumnList.Parse("note=text") });
        Assert.Equal("text (tfidf:1:1000)", look.Forms["note"].ToString());
        Assert.Empty(look.Warnings);
        look = TableLook.Of(table, Options() with { Columns = ColumnList.Parse("note=ignore") });
        Assert.Equal(["shop", "size"], look.Inputs);
        TableTrainingOptions wrong = Options() with { Columns = ColumnList.Parse("note=text:ploy") };
        FormatException error = Assert.Throws<FormatException>(() => TableLook.Of(table, wrong));
        Assert.Contains("'note': There are no features 'ploy'", error.Message, StringComparison.Ordinal);

        // What a table is read in blocks for cannot learn words.
        look = TableLook.Of(table, Options(), isWhole: false);
        Assert.Equal(["shop", "size"], look.Inputs);
        Assert.Contains("read in blocks does not use", Assert.Single(look.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_share_their_words_and_of_signs_there_are_none()
    {
        var random = new Random(1);
        string[] Texts(params string[] words) =>
            [.. Enumerable.Range(0, 60).Select(_ => string.Join(' ', random.GetItems(words, 6)))];
        var table = Table.OfTexts(
        [
            ("first", Texts(Fill)), ("second", Texts(Fill)), ("signs", Texts("+", "-", "*", "/", "=")),
            ("x", [.. Enumerable.Range(0, 60).Select(row => $"{row % 30}")]),
            ("y", [.. Enumerable.Range(0, 60).Select(row => $"{row % 2}")]),
        ]);
        var look = TableLook.Of(table, new TableTrainingOptions { Target = "y" });
        Assert.Equal(["first", "second", "x"], look.Inputs);
        Assert.Equal("text (tfidf:1:500)", look.Forms["first"].ToString());
        Assert.Contains(look.Warnings, text => text.StartsWith(
            "Column 'signs' has no word of two letters or more and is left out", StringComparison.Ordinal));
    }

    [Fact]
    public void A_text_alone_is_what_is_predicted_from()
    {
        Table table = Orders(120, 1);
        var options = new TableTrainingOptions { Target = "word", Ignore = ["shop", "size", "label"] };
        var look = TableLook.Of(table, options);
        Assert.Equal(["note"], look.Inputs);
        Assert.Empty(look.Warnings);
        Assert.Equal("text (tfidf)", look.Forms["note"].ToString());
        Trained<LearnedTable> trained = LearnedTable.Train(
            table, Orders(40, 2), options, LearnerNames.Make("linear", new LearnerSettings(null, 1)));
        Assert.InRange(trained.Test.Scores["accuracy"], 0.95, 1.0);
    }

    private static TableTrainingOptions Options(params string[] ignored) =>
        new() { Target = "label", Ignore = [.. ignored, "word"] };

    /// <summary>
    /// Orders, each with a note of which one word in six is broken (+1) or lovely (−1), the shop, north (+1) or south
    /// (−1), and a number between −3 and 3: the label is the sign of the sum.
    /// </summary>
    private static Table Orders(int count, int seed, string? odd = null)
    {
        var random = new Random(seed);
        var columns = new (string Note, string Shop, double Size, string Word, string Label)[count];
        for (int row = 0; row < count; row++)
        {
            string[] words = random.GetItems(Fill, 6);
            (bool isBroken, bool isNorth) = (random.Next(2) == 0, random.Next(2) == 0);
            words[random.Next(6)] = isBroken ? "broken" : "lovely";
            double size = 6.0 * random.NextDouble() - 3.0;
            double sum = size + (isBroken ? 1.0 : -1.0) + (isNorth ? 1.0 : -1.0);
            columns[row] = (
                row == 0 && odd is not null ? odd : string.Join(' ', words), isNorth ? "north" : "south", size,
                isBroken ? "broken" : "lovely", sum > 0.0 ? "return" : "keep");
        }

        return Table.OfTexts(
        [
            ("note", [.. columns.Select(row => row.Note)]), ("shop", [.. columns.Select(row => row.Shop)]),
            ("size", [.. columns.Select(row => FormattableString.Invariant($"{row.Size:R}"))]),
            ("word", [.. columns.Select(row => row.Word)]), ("label", [.. columns.Select(row => row.Label)]),
        ]);
    }
}
