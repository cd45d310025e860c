using System.Text;
using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Kernels;
using Math4AI.Language;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Scoring;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training;

/// <summary>Tables as people have them: each was once a wrong model without a word.</summary>
public class TableCaseTests : TemporaryFolder
{
    /// <summary>A linear model, by kernel ridge regression: enough for laws that are linear.</summary>
    private static readonly RidgeLearner Linear = new() { Kernel = Kernel.Linear(1.0), Penalty = 1e-3 };

    private static readonly SupportVectorLearner Machine = new() { Gamma = 0.5, Penalty = 1.0 };

    private static Trained<LearnedTable> Train(
        string path, Learner learner, string target = "y", Missing missing = Missing.Refuse, string columns = "",
        string? encoding = null) =>
        LearnedTable.Train(
            Table.Read(path, new TableOptions { Encoding = encoding }), null,
            new TableTrainingOptions
            {
                Target = target,
                Missing = missing,
                Columns = ColumnList.Parse(columns),
            },
            learner);

    private static string Case(string name) => Repository.Cases("tables", name);

    [Theory]
    [InlineData("ok.csv")]
    [InlineData("percent.csv")]
    [InlineData("currency.csv")]
    [InlineData("thousands.csv")]
    [InlineData("semicolon.csv")]
    [InlineData("date_us.csv")]
    [InlineData("date_z.csv")]
    [InlineData("bool.csv")]
    [InlineData("zip.csv")]
    [InlineData("const.csv")]
    [InlineData("allmiss.csv")]
    public void A_law_is_found_whatever_its_numbers_wear(string name)
    {
        Trained<LearnedTable> trained = Train(Case(name), Linear);
        Assert.Equal(TableTask.Regression, trained.Model.About.Task);
        Assert.InRange(trained.Test.Scores["rSquared"], 0.99, 1.0);
    }

    [Theory]
    [InlineData("miss_null.csv")]
    [InlineData("miss_none.csv")]
    [InlineData("miss_hash.csv")]
    [InlineData("miss_question.csv")]
    [InlineData("miss_target_null.csv")]
    public void A_token_for_a_missing_number_makes_no_classes(string name)
    {
        string refused = Assert.Throws<ArgumentException>(() => Train(Case(name), Linear)).Message;
        Assert.Contains("row 1: the value is missing; --missing drop", refused, StringComparison.Ordinal);
        Trained<LearnedTable> trained = Train(Case(name), Linear, missing: Missing.Drop);
        Assert.Equal(60, trained.DroppedRows);
        Assert.InRange(trained.Test.Scores["rSquared"], 0.99, 1.0);
    }

    [Fact]
    public void Truth_values_are_one_thing_in_any_case_and_as_numbers()
    {
        LearnedTable model = Train(Case("bool.csv"), Linear).Model;
        var rows = Table.OfTexts(
        [
            ("flag", ["True", "TRUE", "true", "1", "yes", "False", "FALSE", "0"]),
            ("a", ["0", "0", "0", "0", "0", "0", "0", "0"]),
        ]);
        double[] predicted = [.. model.Predict(rows).Values.Column(0)];
        Assert.All(predicted[..5], value => Assert.Equal(10.0, value, 0.1));
        Assert.All(predicted[5..], value => Assert.Equal(0.0, value, 0.1));
        double[] reported = [.. model.PredictFile(Case("bool_p.csv")).Values.Select(row => row[0])];
        Assert.Equal([10.0, 10.0, 10.0, 10.0, 0.0, 0.0, 0.0], reported, (a, b) => Math.Abs(a - b) < 0.1);
    }

    [Fact]
    public void A_date_that_training_did_not_reach_is_told_as_a_date()
    {
        IEnumerable<string> rows = Enumerable.Range(0, 60).Select(
            i => FormattableString.Invariant($"{1 + i % 30}. {(i < 30 ? "März" : "April")} 2021,{0.5 * i}\n"));
        LearnedTable model = Train(Write("days.csv", "day,y\n" + string.Concat(rows), Encoding.UTF8), Linear).Model;
        FilePredictions found = Saved(model).PredictFile(
            Write("late.csv", "day,y\n5. März 2021,0\n1. Mai 2024,0\n", Encoding.UTF8));
        Assert.StartsWith("day = 2024-05-01 is outside 2021-03-0", found.Notes[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DateUnit.Seconds, 2000)]
    [InlineData(DateUnit.Days, 1970)]
    public void Dates_that_count_otherwise_than_the_model_will_are_refused(DateUnit unit, int origin)
    {
        IEnumerable<string> rows = Enumerable.Range(0, 60).Select(
            i => FormattableString.Invariant($"{new DateTime(2021, 3, 1).AddDays(i):yyyy-MM-dd},{0.5 * i}\n"));
        string path = Write("days.csv", "day,y\n" + string.Concat(rows), Encoding.UTF8);
        var table = Table.Read(
            path, new TableOptions { DateUnit = unit, DateOrigin = new DateTime(origin, 1, 1) });
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => LearnedTable.Train(table, null, new TableTrainingOptions { Target = "y" }, Linear));
        Assert.Contains("Column 'day' holds dates", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_never_varied_has_no_weight_and_its_change_is_marked()
    {
        Trained<LearnedTable> trained = Train(Case("const.csv"), Linear);
        Assert.Contains(trained.Warnings, text => text.StartsWith("Column 'k' never varies", StringComparison.Ordinal));
        FilePredictions found = Saved(trained.Model).PredictFile(Case("const_p.csv"));
        Assert.All(found.Values, row => Assert.Equal(3.0, row[0], 0.01));
        Assert.Equal(["", "k = 6 is outside 5 to 5", "k = 100 is outside 5 to 5"], found.Notes.Take(3));
        Assert.Contains("it has no weight", found.Warnings[0].ToString(), StringComparison.Ordinal);

        trained = Train(Case("allmiss.csv"), Linear);
        Assert.Contains("Column 'empty' has no value and is left out.", trained.Warnings);
        found = Saved(trained.Model).PredictFile(Case("allmiss_p.csv"));
        Assert.All(found.Values, row => Assert.Equal(3.0, row[0], 0.01));
    }

    [Fact]
    public void A_class_that_training_did_not_see_counts_as_the_mean_of_those_it_saw()
    {
        LearnedTable model = Train(Case("zip.csv"), Linear).Model;
        var rows = Table.OfTexts([("zip", ["99999", "90210"])]);
        double[] shares = [.. model.About.Encoder.Columns[0].Shares];
        Assert.Equal(1.0, shares.Sum(), 1e-12);
        var all = Table.OfTexts([("zip", [.. model.About.Encoder.Columns[0].Classes])]);
        double mean = model.Predict(all).Values.Column(0).Zip(shares, (value, share) => value * share).Sum();
        Assert.Equal(mean, model.Predict(rows).Values[0, 0], 1e-6 * Math.Abs(mean));
        File.WriteAllLines(In("new.csv"), ["zip", "99999", "90210"]);
        FilePredictions found = Saved(model).PredictFile(In("new.csv"));
        Assert.Equal(["zip = '99999' is new", ""], found.Notes);
    }

    [Fact]
    public void Names_of_rows_and_indices_are_left_out_aloud()
    {
        foreach ((string name, string column) in new[] { ("ids", "name"), ("index_leak", "") })
        {
            var look = TableLook.Of(Table.Read(Case($"{name}.csv")), new TableTrainingOptions { Target = "cls" });
            Assert.NotNull(look.Columns.Single(each => each.Name == column).LeftOut);
            Assert.Contains(look.Warnings, text => text.Contains("is left out; --columns", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_spread_of_a_column_counts_every_value_that_is_known()
    {
        var table = Table.OfTexts([
            ("x", ["0", "0.5", "11.9", "12", null]), ("same", ["2", "2", "2", "2", "2.0"]),
            ("huge", ["-1e308", "1e308", "0", "0.5", "1"]), ("kind", ["a", "b", "b", null, "c"]),
            ("y", ["1.5", "2.5", "3.5", "4.5", "5.5"]),
        ]);
        var look = TableLook.Of(table, new TableTrainingOptions { Target = "y" });
        Assert.Equal([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], look.Columns[0].Spread);
        Assert.Equal([5], look.Columns[1].Spread);
        Assert.Equal([1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1], look.Columns[2].Spread);
        Assert.Equal([2, 1, 1], look.Columns[3].Spread);
    }

    [Fact]
    public void Repeated_rows_rare_classes_and_imbalance_are_warned_of()
    {
        Assert.Contains(
            Train(Case("dups.csv"), Machine, "cls").Warnings,
            text => text.Contains("stand among the training rows too", StringComparison.Ordinal));
        Assert.Contains(
            Train(Case("imbalanced.csv"), Machine, "cls").Warnings,
            text => text.Contains("of the rows are 'ok'", StringComparison.Ordinal));
        Assert.Contains(
            Train(Case("one_sample.csv"), Machine with { HasProbabilities = false }, "cls").Warnings,
            text => text.Contains("has a single row", StringComparison.Ordinal));
    }

    [Fact]
    public void A_column_that_tells_the_target_alone_is_warned_of()
    {
        var random = new Random(1);
        double[] x = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())];
        double[] z = [.. x.Select(_ => random.NextDouble())];
        double[] y = [.. x.Zip(z, (a, b) => a + b)];
        var leaking = Table.OfNumbers([("x", x), ("copy", [.. y.Select(v => 2.0 * v)]), ("y", y)]);
        var sound = Table.OfNumbers([("x", x), ("z", z), ("y", y)]);
        var options = new TableTrainingOptions { Target = "y" };
        Assert.Contains(
            LearnedTable.Train(leaking, null, options, Linear).Warnings,
            text => text.StartsWith("Column 'copy' tells 'y' alone", StringComparison.Ordinal));
        Assert.Empty(LearnedTable.Train(sound, null, options, Linear).Warnings);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(19)]
    [InlineData(20)]
    public void Few_rows_are_warned_of_whatever_the_model(int rows)
    {
        double[] x = [.. Enumerable.Range(0, rows).Select(i => (double)i)];
        var table = Table.OfNumbers([("x", x), ("y", [.. x.Select(v => Math.Sin(5.0 * v))])]);
        var options = new TableTrainingOptions { Target = "y" };
        Assert.All([new SupportVectorLearner(), new RidgeLearner(), new ProcessLearner()], (Learner learner) =>
            Assert.Equal(rows < 20, LearnedTable.Train(table, null, options, learner).Warnings.Any(
                text => text.StartsWith($"There are only {rows} rows, ", StringComparison.Ordinal))));
    }

    [Fact]
    public void Another_encoding_is_named_or_refused_and_no_letter_is_replaced()
    {
        string refused = Assert.Throws<InvalidDataException>(() => Table.Read(Case("latin1.csv"))).Message;
        Assert.Contains("line 1: the text is not UTF-8", refused, StringComparison.Ordinal);
        Trained<LearnedTable> trained = Train(Case("latin1.csv"), Linear, encoding: "latin1");
        Assert.Equal("größe", trained.Model.About.Encoder.Columns[0].Name);

        // A letter that is cut by the end of a block is one letter; a wrong byte is told by its line.
        File.WriteAllText(In("long.csv"), "a,b\n" + string.Concat(Enumerable.Repeat("größe 😀,1\n", 20_000)));
        Assert.Equal("größe 😀", Table.Read(In("long.csv")).Texts("a")[^1]);
        File.AppendAllText(In("long.csv"), "größe,1\n", Encoding.Latin1);
        refused = Assert.Throws<InvalidDataException>(() => Table.Read(In("long.csv"))).Message;
        Assert.Contains("line 20002:", refused, StringComparison.Ordinal);
        Assert.Equal("größe,1\n", TextFile.Read(Write("l.txt", "größe,1\n", Encoding.Latin1), "latin1"));
        Assert.Throws<ArgumentException>(() => TextFile.Read(In("l.txt"), "klingon"));
    }

    [Theory]
    [InlineData("huge-input-1e200.csv", "Column 'a'")]
    [InlineData("huge-target-1e308.csv", "Column 'y'")]
    public void A_number_whose_square_overflows_is_named_before_any_work(string name, string column)
    {
        string path = Repository.Cases("files", name);
        string message = Assert.Throws<ArgumentException>(() => Train(path, Linear)).Message;
        Assert.StartsWith(column, message, StringComparison.Ordinal);
        Assert.Contains("its square overflows", message, StringComparison.Ordinal);
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => TableModel.TrainInBlocks(
            path, null, new TableTrainingOptions { Target = "y" })).Message);
    }

    [Theory]
    [InlineData(2, 2, 0.3424, 1.0)]
    [InlineData(0, 10, 0.0, 0.2775)]
    [InlineData(95, 100, 0.88825, 0.97846)]
    public void The_interval_of_a_proportion_is_wilsons(int right, int all, double from, double to)
    {
        // (R 4.2: prop.test(right, all, correct = FALSE)$conf.int.)
        Interval interval = Scores.Wilson(right, all);
        Assert.Equal(from, interval.Lower, 5e-5);
        Assert.Equal(to, interval.Upper, 5e-5);
    }

    [Fact]
    public void A_heavy_tail_is_learned_by_logarithms_that_are_chosen_and_undone()
    {
        Trained<LearnedTable> trained = Train(Case("heavy.csv"), new AutoLearner
        {
            Candidates = [new LinearLearner(), new LogLearner { Inner = new LinearLearner() }],
        });
        ComparedLearner[] compared = [.. trained.Model.Comparison];
        Assert.True(compared[1].Loss < 0.7 * compared[0].Loss, $"{compared[1].Loss}, {compared[0].Loss}");
        Assert.True(trained.Test.Scores["mae"] < trained.Test.Scores["rmse"]);
        double[] errors = [.. trained.TestPredictions.Zip(trained.TestNumbers, (f, y) => Math.Abs(f[0] - y)).Order()];
        Assert.Equal(errors[(errors.Length + 1) / 2 - 1], trained.Test.Scores["medianError"]);
        Assert.Equal(errors[(int)Math.Ceiling(0.9 * errors.Length) - 1], trained.Test.Scores["error90"]);
        Assert.True(trained.Test.Intervals["error90"].Upper > trained.Test.Scores["medianError"]);
        FilePredictions found = trained.Model.PredictFile(Case("heavy.csv"));
        FilePredictions saved = Saved(trained.Model).PredictFile(Case("heavy.csv"));
        Assert.Equal(found.Values.Select(row => row[0]), saved.Values.Select(row => row[0]));
        Assert.Equal(found.Intervals, saved.Intervals);
        Assert.Throws<ArgumentException>(() => new LogLearner { Inner = new LinearLearner() }.Fit(LearnerSamples.Of(
            MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(2, 1, [1.0, 2.0]),
            MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense([1.0, -1.0]))));
    }

    [Fact]
    public void Diabetes_is_predicted_better_than_by_the_mean_of_all()
    {
        // (The mean gives 70.5, and scikit-learn's ridge regression 56.5, as the cases' README says.)
        Trained<LearnedTable> trained = LearnedTable.Train(
            Table.Read(Case("diabetes_tr0.csv")), Table.Read(Case("diabetes_te0.csv")),
            new TableTrainingOptions { Target = "target" },
            new AutoLearner { Candidates = [new LinearLearner { IsConstant = true }, new LinearLearner()] });
        Assert.InRange(trained.Test.Scores["rmse"], 50.0, 57.5);
    }

    [Theory]
    [InlineData("tiny10.csv", "cls")]
    [InlineData("tiny10r.csv", "y")]
    public void Ten_rows_promise_nothing_that_two_test_rows_cannot_tell(string name, string target)
    {
        Trained<LearnedTable> trained = Train(Case(name), new LinearLearner { Penalty = 1.0 }, target);
        FilePredictions found = trained.Model.PredictFile(Case(name));
        if (target == "y")
        {
            Assert.All(found.Intervals, interval => Assert.Equal(double.PositiveInfinity, interval.Upper));
            return;
        }

        Assert.All(found.Sets, set => Assert.Equal(trained.Classes.Count, set.Count));
        Assert.True(trained.Test.Intervals["accuracy"].Upper - trained.Test.Intervals["accuracy"].Lower > 0.4);
    }

    [Fact]
    public void Dates_of_the_month_first_are_read_alike_in_what_is_predicted()
    {
        LearnedTable model = Train(Case("date_us.csv"), Linear).Model;
        double[] found = [.. Saved(model).PredictFile(Case("date_us_p.csv")).Values.Select(row => row[0])];
        DateTime[] days = [new(2024, 2, 5), new(2024, 3, 1), new(2023, 6, 15)];
        double slope = (found[1] - found[0]) / (days[1] - days[0]).TotalDays;
        Assert.Equal(slope, (found[0] - found[2]) / (days[0] - days[2]).TotalDays, 1e-4 * Math.Abs(slope));
    }

    [Fact]
    public void Texts_are_cut_by_characters_and_other_encodings_and_too_short_ones_are_refused()
    {
        var options = new TextTrainingOptions { Layers = 1, Heads = 2, Width = 16 };
        options = options with { Trainer = options.Trainer with { Steps = 10, BatchSize = 4 } };
        foreach (string name in new[] { "emoji.txt", "emoji_one.txt" })
        {
            string text = TextFile.Read(Repository.Cases("text", name));
            TextModel model = TextModel.Train(text, options).Model;
            Assert.Empty(model.UnknownIn(text));
            Assert.Equal(["🐙"], model.UnknownIn("🚀 🐙"));
        }

        Assert.Contains("UTF-8", Assert.Throws<InvalidDataException>(
            () => TextFile.Read(Repository.Cases("text", "latin1.txt"))).Message, StringComparison.Ordinal);
        Assert.StartsWith(
            "café", TextFile.Read(Repository.Cases("text", "latin1.txt"), "latin1"), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TextModel.Train(TextFile.Read(Repository.Cases("text", "short.txt"))));
    }

    [Fact]
    public void Types_of_columns_are_read_from_a_line()
    {
        IReadOnlyDictionary<string, ColumnForm> forms = ColumnList.Parse(
            "zip=category, when=date:dd/MM/yyyy, income=number:$1,234, size=order:S|M|L, note=text, id=ignore");
        Assert.Equal(["zip", "when", "income", "size", "note", "id"], forms.Keys);
        Assert.Equal((',', "$"), (forms["income"].Thousands, forms["income"].Unit));
        Assert.Equal(["S", "M", "L"], forms["size"].Order);
        foreach (string wrong in new[] { "a", "a=thing", "a=order:S", "a=number:x", "a=text, a=text" })
        {
            Assert.Throws<FormatException>(() => ColumnList.Parse(wrong));
        }
    }

    [Theory]
    [InlineData("1,234.50;-2,000.00;3.25", 1234.5)]
    [InlineData("12 kg;13 kg;14 kg", 12.0)]
    [InlineData("$1,234;-$2;$3", 1234.0)]
    [InlineData("1.234,5 €;2,5 €;3,5 €", 1234.5)]
    [InlineData("23.847,78;22.659,43;4.351,58", 23847.78)]
    [InlineData("0,972;1,639;2,852", 0.972)]
    [InlineData("1 234 567;2 000;3", 1234567.0)]
    [InlineData("1e3;2;−4", 1000.0)]
    [InlineData("51;NULL;-", 51.0)]
    public void Numbers_are_read_as_people_write_them(string cells, double first)
    {
        // (A few different whole numbers with a unit are classes, so that there are more of them.)
        string[] column = [.. cells.Split(';'), .. Enumerable.Range(20, 12).Select(i => cells.Split(';')[0]
            .Replace("1", $"{i % 9 + 1}", StringComparison.Ordinal))];
        var table = Table.OfTexts(
            [("x", column), ("y", [.. column.Select((_, i) => FormattableString.Invariant($"{i}.5"))])]);
        var look = TableLook.Of(table, new TableTrainingOptions { Target = "y" });
        Assert.Equal(ColumnType.Number, look.Columns[0].Form.Type);
        Assert.Equal(0, look.Columns[0].Odd);
        TableEncoder encoder = TableEncoder.Learn(
            table.InForms(new Dictionary<string, ColumnForm> { ["x"] = look.Columns[0].Form }), ["x"], Missing.Impute,
            isStandardized: false);
        Assert.Equal((float)first, encoder.Encode(table.InForms(
            new Dictionary<string, ColumnForm> { ["x"] = look.Columns[0].Form }))[0]);
    }

    [Fact]
    public void Dates_that_can_be_read_in_two_ways_are_refused_and_read_as_named()
    {
        string[] days = ["01/02/2024", "03/04/2024", "05/06/2024"];
        var table = Table.OfTexts([("when", [.. days]), ("y", ["1.5", "2.5", "3.5"])]);
        var options = new TableTrainingOptions { Target = "y" };
        Assert.Contains(
            "when=date:d/M/yyyy", Assert.Throws<ArgumentException>(() => TableLook.Of(table, options)).Message,
            StringComparison.Ordinal);
        var look = TableLook.Of(table, options with { Columns = ColumnList.Parse("when=date:dd/MM/yyyy") });
        Assert.Equal((new DateTime(2024, 2, 1) - new DateTime(2000, 1, 1)).TotalDays, look.Columns[0].Minimum);
        var clear = Table.OfTexts([("when", [.. days, "25/12/2024"]), ("y", ["1.5", "2.5", "3.5", "4.5"])]);
        Assert.Equal("d/M/yyyy", TableLook.Of(clear, options).Columns[0].Form.DateFormat);
    }

    private LearnedTable Saved(LearnedTable model)
    {
        using var files = new FileTransaction(true);
        model.Save(In("model"), files);
        files.Commit();
        return LearnedTable.Load(In("model"));
    }

    private string Write(string name, string text, Encoding encoding)
    {
        File.WriteAllText(In(name), text, encoding);
        return In(name);
    }
}
