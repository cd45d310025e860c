using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training;

/// <summary>Tables with a fault: each is named, with what to do about it, before any work.</summary>
public class OddTableTests : TemporaryFolder
{
    private static readonly TableTrainingOptions Options = new() { Target = "y" };

    private string Write(string text)
    {
        File.WriteAllText(In("rows.csv"), text);
        return In("rows.csv");
    }

    private static string Rows(Func<int, string> row) =>
        string.Concat(Enumerable.Range(0, 40).Select(i => row(i) + "\n"));

    [Theory]
    [InlineData("a,b\n1,2\n1,2,3\n", "line 3: 3 values, and 2 columns have names; a value with a separator in it")]
    [InlineData("a,b\n1,2\n1\n", "line 3: 1 value, and 2 columns have names; an empty value needs its separator")]
    [InlineData("a,b\n1,2\n\"1,2\n3,4\n", "line 3: 1 value, and 2 columns have names; is a quote not closed?")]
    [InlineData("made by hand\na,b\n1,2\n", "line 2: 2 values, and 1 column has a name;")]
    [InlineData("1,1\n1,2\n", "has two columns called '1': the first line has numbers, and has to name the columns.")]
    [InlineData("a,a\n1,2\n", "has two columns called 'a': give one of them another name.")]
    public void A_line_that_does_not_fit_is_named_with_what_may_be_wrong(string text, string message) =>
        Assert.Contains(
            message, Assert.Throws<InvalidDataException>(() => Table.Read(Write(text))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("1,2\n3,4\n", "y", "the first line has numbers, and has to name the columns.")]
    [InlineData("x,Y\n3,4\n", "y", "'Y' is written otherwise.")]
    [InlineData("x,z\n3,4\n", "y", "There is no column 'y'; the columns are x, z.")]
    public void A_column_that_is_not_there_is_told_with_what_may_be_meant(string text, string name, string message) =>
        Assert.EndsWith(
            message,
            Assert.Throws<ArgumentException>(() => TableLook.Of(
                Table.Read(Write(text)), Options with { Target = name })).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("# made by a tool\nx,y\n1,2\n", "x|y", "line 3")]
    [InlineData("# made by \"a tool, 2024\n# and\n\nx,y\n1,2\n", "x|y", "line 5")]
    [InlineData("\uFEFF# made; by\r\nx;y\r\n1,5;2\r\n", "x|y", "line 3")]
    [InlineData("# made by a tool, 2024\nx,y\n1,2\n", "x|y", "line 3")]
    [InlineData("#id,name\n1,2\n", "#id|name", "line 2")]
    [InlineData("# made\n#id,name\n1,2\n", "#id|name", "line 3")]
    [InlineData("# x y z\n1 2 3\n", "x|y|z", "line 2")]
    [InlineData("# one\n# x y z\n1 2 3\n", "x|y|z", "line 3")]
    [InlineData("#x\n1\n", "#x", "line 2")]
    public void Comments_before_the_names_of_the_columns_are_passed_over(string text, string names, string line)
    {
        var table = Table.Read(Write(text));
        Assert.Equal(names.Split('|'), table.Names);
        Assert.Equal(1, table.Rows);
        Assert.Equal(line, table.PlaceOf(0));
    }

    [Fact]
    public void That_comments_are_passed_over_is_said()
    {
        string rows = "x,y\n" + Rows(i => $"{i * i},{i % 7}.5");
        Assert.Empty(TableLook.Of(Table.Read(Write(rows)), Options).Warnings);
        Assert.Equal(
            ["The file begins with 2 lines of comments (#), which are skipped."],
            TableLook.Of(Table.Read(Write("# one\n# two\n" + rows)), Options).Warnings);
    }

    [Fact]
    public void A_target_without_values_or_a_single_row_is_refused_at_the_first_look()
    {
        Assert.Equal(
            "Column 'y', which is to be predicted, has no value in any row.", Refusal(Rows(i => $"{i * i},")));
        Assert.Equal(
            "There is one row: 20 and more are needed to train, choose and test.", Refusal("1,2\n"));

        string Refusal(string rows) => Assert.Throws<ArgumentException>(
            () => TableLook.Of(Table.Read(Write("x,y\n" + rows)), Options)).Message;
    }

    [Theory]
    [InlineData("-999", 3)]
    [InlineData("-9999", 2)]
    [InlineData("9999.0", 5)]
    [InlineData("999.9", 2)]
    [InlineData("1e30", 4)]
    [InlineData("-2147483648", 2)]
    public void Numbers_that_look_like_a_missing_value_are_named_with_their_count_and_the_remedy(string text, int count)
    {
        string warning = Assert.Single(LookOf(i => i < count ? text : $"{20 + i % 13}.5"));
        Assert.Contains($"Column 'x': {count} values are {text}, ", warning, StringComparison.Ordinal);
        Assert.Contains($"--missing-tokens \"{text}\"", warning, StringComparison.Ordinal);

        // Nothing is changed without being asked for, and what is asked for is done.
        TableLook look = TableLook.Of(Table.Read(In("rows.csv")), Options);
        Assert.Equal(0, look.Columns[0].Missing);
        TableLook told = TableLook.Of(Table.Read(In("rows.csv")), Options with { MissingTokens = [text] });
        Assert.Equal(count, told.Columns[0].Missing);
        Assert.Empty(told.Warnings);
    }

    [Fact]
    public void Two_numbers_that_look_like_a_missing_value_are_both_named() =>
        Assert.Equal(
            2, LookOf(i => i < 3 ? "-999" : i < 5 ? "9999" : $"{20 + i % 13}.5").Length);

    [Fact]
    public void Numbers_that_are_honest_are_not_taken_for_missing_values()
    {
        Assert.Empty(LookOf(i => i < 10 ? "0" : $"{100 + i % 13}"));
        Assert.Empty(LookOf(i => $"{i % 3 - 1}"));
        Assert.Empty(LookOf(i => i < 2 ? "99" : $"{i * 3}"));
        Assert.Empty(LookOf(i => i < 1 ? "-999" : $"{i % 13}"));
        Assert.Empty(LookOf(i => i % 2 == 0 ? "999" : "0"));
        Assert.Empty(LookOf(i => i < 3 ? "999" : $"{900 + 2 * i}.5"));
        Assert.Empty(LookOf(i => i < 3 ? "500" : $"{i % 13}"));
    }

    [Fact]
    public void Negative_numbers_of_ledgers_are_numbers_and_a_column_of_bracketed_ones_is_none()
    {
        Assert.Equal([-1234.5, 7.0, -8.0], Read(i => (i % 3) switch { 0 => "\"(1,234.5)\"", 1 => "7", _ => "8-" }));
        Assert.Equal(
            [-1234.0, 7.5, -8.0], Read(i => (i % 3) switch { 0 => "\"($1,234)\"", 1 => "$7.5", _ => "($8)" }));
        Assert.Equal([double.NaN, 7.5, 8.0], Read(i => (i % 3) switch { 0 => "(-3)", 1 => "7.5", _ => "8" }));
        Assert.Equal(ColumnType.Category, FormOf(i => $"({i % 5})").Type);
        Assert.Equal(ColumnType.Category, FormOf(i => ((string[])["0-17", "18-64", "65-"])[i % 3]).Type);
    }

    [Fact]
    public void Numbers_counted_in_thousands_and_millions_are_read_as_the_numbers_that_they_say()
    {
        Assert.Equal([1200.0, 850.0, 3e6], Read(i => (i % 3) switch { 0 => "1.2k", 1 => "850", _ => "3M" }));
        Assert.Equal([19e6, 201e3, 8.7e6], Read(i => (i % 3) switch { 0 => "19M", 1 => "201k", _ => "8.7M" }));
        Assert.Equal(
            [1200.0, 850.5, 2e9], Read(i => (i % 3) switch { 0 => "$1.2K", 1 => "$850.5", _ => "$2B" }));
        Assert.Contains(LookOf(i => i % 2 == 0 ? $"{i}k" : $"{i}"), warning =>
            warning.Contains("1.2k is read as 1200", StringComparison.Ordinal));

        // Of one unit alone the numbers stay what they are, and house numbers are counted in nothing.
        Assert.Equal("K", FormOf(i => $"{270 + i} K").Unit);
        Assert.False(FormOf(i => i < 2 ? $"{i}K" : $"{i}").HasMultipliers);
        Assert.False(FormOf(i => $"{i % 8}{((string[])["", "A", "K", "M"])[i % 4]}").HasMultipliers);
        Assert.False(FormOf(i => i % 2 == 0 ? $"{i % 8}B" : $"{i % 8}").HasMultipliers);
    }

    [Fact]
    public void A_last_row_of_sums_is_named_and_one_like_the_others_is_not()
    {
        string rows = Rows(i => string.Create(CultureInfo.InvariantCulture, $"{i % 7 + 0.1},{i * i},{i % 3}"));
        string Sums(double added) => string.Create(
            CultureInfo.InvariantCulture,
            $"{Enumerable.Range(0, 40).Sum(i => i % 7 + 0.1) + added},{Enumerable.Range(0, 40).Sum(i => i * i)},7\n");
        string[] Warnings(string text) =>
            [.. TableLook.Of(Table.Read(Write("x,y,z\n" + text)), Options).Warnings];
        Assert.Contains("sum of all others in 'x', 'y':", Assert.Single(Warnings(rows + Sums(0.0))),
            StringComparison.Ordinal);
        Assert.Contains("in 'y':", Assert.Single(Warnings(rows + Sums(0.01))), StringComparison.Ordinal);
        Assert.Empty(Warnings(rows));
        Assert.Empty(LookOf(i => i is 5 or 39 ? "1" : "0"));
    }

    private ColumnForm FormOf(Func<int, string> x) =>
        TableLook.Of(Table.Read(Write("x,y\n" + Rows(i => $"{x(i)},{i * 7 % 40}.5"))), Options).Columns[0].Form;

    /// <summary>The first three numbers of a column.</summary>
    private double[] Read(Func<int, string> x)
    {
        var forms = new Dictionary<string, ColumnForm> { ["x"] = FormOf(x) };
        return Table.Read(In("rows.csv")).InForms(forms).Numbers("x")[..3];
    }

    [Fact]
    public void Records_that_stand_there_twice_make_no_column_a_leak()
    {
        Random random = new(5);
        string[] records = [.. Enumerable.Range(0, 60).Select(_ => string.Create(
            CultureInfo.InvariantCulture,
            $"{random.NextDouble()},{random.NextDouble()},{random.NextDouble()}"))];
        string[] classes =
            [.. records.Select(record => record[..record.LastIndexOf(',')] + "," + "ab"[random.Next(2)])];
        foreach (string[] rows in new[] { records, classes })
        {
            foreach (int times in new[] { 2, 3 })
            {
                Assert.DoesNotContain(
                    Trained(Enumerable.Repeat(rows, times).SelectMany(row => row)),
                    warning => warning.Contains("alone", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Values_at_which_both_classes_are_equally_frequent_are_no_leak() => Assert.DoesNotContain(
        Trained(Enumerable.Range(0, 200).Select(i => $"{i % 7},{i / 2 % 2},{"ab"[i % 2]}")),
        warning => warning.Contains("alone", StringComparison.Ordinal));

    [Fact]
    public void A_leak_is_named_beside_records_that_stand_there_twice_and_where_few_values_repeat_by_themselves()
    {
        Random random = new(5);
        string[] records = [.. Enumerable.Range(0, 100).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{random.NextDouble()},{i},{3.0 * i}"))];
        Assert.Contains(
            Trained(records.Concat(records)),
            warning => warning.StartsWith("Column 'z' tells 'y' alone", StringComparison.Ordinal));
        Assert.Contains(
            Trained(Enumerable.Range(0, 200).Select(i => $"{i % 3},{i / 3 % 2},{"ab"[i / 3 % 2]}")),
            warning => warning.StartsWith("Column 'z' tells 'y' alone", StringComparison.Ordinal));
    }

    private string[] LookOf(Func<int, string> x) =>
        [.. TableLook.Of(Table.Read(Write("x,y\n" + Rows(i => $"{x(i)},{i * 7 % 40}.5"))), Options).Warnings];

    private IReadOnlyList<string> Trained(IEnumerable<string> rows) => LearnedTable.Train(
        Table.Read(Write("x,z,y\n" + string.Concat(rows.Select(row => row + "\n")))), null, Options,
        new LinearLearner { Penalty = 1.0 }).Warnings;

    [Fact]
    public void A_target_that_is_ignored_is_refused_as_such()
    {
        var table = Table.Read(Write("x,y\n" + Rows(i => $"{i * i},{i}.5")));
        Assert.All(
            new[]
            {
                Options with { Ignore = ["y"] },
                Options with { Columns = ColumnList.Parse("y=ignore") },
                Options with { Columns = ColumnList.Parse("y=text") },
            },
            options => Assert.Equal(
                "'y' is what is predicted: it cannot be ignored, or be a text.",
                Assert.Throws<ArgumentException>(() => TableLook.Of(table, options)).Message));
    }

    [Fact]
    public void A_target_of_one_value_is_no_input_that_never_varies()
    {
        var look = TableLook.Of(Table.Read(Write("x,y\n" + Rows(i => $"{i * i},3"))), Options);
        Assert.Equal(["Column 'y' has one value alone: there is nothing to learn."], look.Warnings);
        Assert.Null(look.Columns[1].Note);
    }

    [Fact]
    public void One_cell_that_is_no_number_is_told_as_one()
    {
        var table = Table.Read(Write("x,y\n" + Rows(i => i == 4 ? "1e400,1.5" : $"{i * i},{i}.5")));
        var look = TableLook.Of(table, Options);
        Assert.Equal(["Column 'x': 1 cell is no number and counts as missing: row 5: '1e400'."], look.Warnings);
    }

    [Fact]
    public void Words_of_truth_and_their_numbers_are_one_thing_in_training_too()
    {
        string[] words = ["true", "True", "TRUE", "1", "false", "False", "0"];
        var look = TableLook.Of(Table.Read(Write("x,y\n" + Rows(i => $"{words[i % 7]},{i}.5"))), Options);
        Assert.Equal("true or false", look.Columns[0].Form.ToString());
        Assert.Equal(2, look.Columns[0].Distinct);

        // Numbers alone stay numbers, and one word beside them does not say what the other is.
        look = TableLook.Of(Table.Read(Write("x,y\n" + Rows(i => $"{i % 2},{i}.5"))), Options);
        Assert.True(look.Columns[0].Form.IsNumeric);
        look = TableLook.Of(Table.Read(Write("x,y\n" + Rows(i => $"{(i % 3 == 0 ? "n" : "1")},{i}.5"))), Options);
        Assert.Empty(look.Columns[0].Form.TruthValues);
    }

    [Fact]
    public void Beside_decimal_commas_a_point_before_three_digits_separates_thousands()
    {
        var table = Table.Read(Write("x;y\n" + Rows(i => i < 20 ? $"{i};{i},5" : $"1.{i:000};{i},5")));
        var look = TableLook.Of(table, Options);
        Assert.Equal(0.0, look.Columns[0].Minimum);
        Assert.Equal(1039.0, look.Columns[0].Maximum);
        Assert.Equal(39.5, look.Columns[1].Maximum);

        // Other digits after the point are decimals, and so are three where points stand for decimals.
        look = TableLook.Of(Table.Read(Write("x;y\n" + Rows(i => $"1.{i};{i},5"))), Options);
        Assert.InRange(look.Columns[0].Maximum!.Value, 1.0, 1.99);
        look = TableLook.Of(Table.Read(Write("x;y\n" + Rows(i => $"1.{i:000};{i}.5"))), Options);
        Assert.Equal(1.039, look.Columns[0].Maximum);
    }

    [Fact]
    public void Numbers_so_close_that_the_squares_of_errors_vanish_are_no_perfect_score()
    {
        static string Tiny(int i) => (1e-300 * (i + 0.5)).ToString("R", CultureInfo.InvariantCulture);
        var table = Table.Read(Write("x,y\n" + Rows(i => $"{i * i},{Tiny(i)}")));
        string message = Assert.Throws<ArgumentException>(
            () => LearnedTable.Train(table, null, Options, new LinearLearner())).Message;
        Assert.Equal(
            "Column 'y' has values from 5E-301 to 3.95E-299, so close together that the squares of errors vanish: "
            + "multiply it by a power of 10.", message);
    }

    [Fact]
    public void Cells_that_are_no_numbers_in_rows_to_predict_are_noted_and_a_column_of_them_is_refused()
    {
        LearnedTable model = LearnedTable.Train(
            Table.Read(Write("a,y\n" + Rows(i => i == 3 ? ",6.5" : FormattableString.Invariant($"{i}.25,{2 * i}.5")))),
            null, Options with { Missing = Missing.Impute, Intervals = IntervalSource.None },
            new LinearLearner { Penalty = 1e-3 }).Model;
        File.WriteAllText(In("new.csv"), "a\n1.25\n10 kg\n\"1,234.50\"\n");
        FilePredictions found = model.PredictFile(In("new.csv"));
        Assert.Equal(["", "a = '10 kg' is no number", "a = '1,234.50' is no number"], found.Notes);
        Assert.Equal(
            "2 rows: 'a' is no number, as '10 kg', and counts as missing.",
            Assert.Single(found.Warnings).ToString());

        Assert.Equal(
            "Column 'a', row 1: '0,25' is not a number, as the column was in training, and no other cell of it is one: "
            + "its decimal comma was a point there; write it so.",
            Assert.Throws<ArgumentException>(() => model.Predict(
                Table.OfTexts([("a", [.. Enumerable.Range(0, 40).Select(i => $"{i},25")])]))).Message);
    }

    [Theory]
    [InlineData("1.008", "7.215", true)]
    [InlineData("1.008", "7.21", false)]
    [InlineData("0.008", "7.215", false)]
    [InlineData("1.008", "1008", false)]
    public void Points_that_may_separate_thousands_are_asked_about(string first, string second, bool isAsked)
    {
        IReadOnlyList<string> warnings = LookOf(i => i % 3 == 0 ? first : i % 3 == 1 ? second : $"{491 + i}");
        Assert.Equal(isAsked, warnings.Any(warning => warning.Contains(
            "if they separate thousands, say so with --columns \"x=number:1.234,5\"", StringComparison.Ordinal)));
        TableLook look = TableLook.Of(
            Table.Read(In("rows.csv")), Options with { Columns = ColumnList.Parse("x=number:1.234,5") });
        Assert.Equal(isAsked ? 7215.0 : look.Columns[0].Maximum, look.Columns[0].Maximum);
    }

    [Fact]
    public void A_token_for_a_missing_value_among_the_classes_is_named()
    {
        IReadOnlyList<string> warnings = LearnedTable.Train(
            Table.Read(Write("a,y\n" + Rows(i => $"{i * i % 17},{(i % 9 == 4 ? "?" : i % 2 == 0 ? "yes" : "no")}"))),
            null, Options with { Intervals = IntervalSource.None }, new LinearLearner { Penalty = 1.0 }).Warnings;
        Assert.Contains(
            "'?' is taken for a class, of 4 rows: if it stands for a missing value, leave such rows out, "
                + "--missing-tokens \"?\" --missing drop.",
            warnings);
    }

    [Fact]
    public void The_only_column_is_no_leak()
    {
        IReadOnlyList<string> warnings = LearnedTable.Train(
            Table.Read(Write("a,y\n" + Rows(i => $"{i}.5,{2 * i}"))), null,
            Options with { Intervals = IntervalSource.None }, new LinearLearner { Penalty = 1e-3 }).Warnings;
        Assert.DoesNotContain(warnings, text => text.Contains("alone", StringComparison.Ordinal));
    }
}
