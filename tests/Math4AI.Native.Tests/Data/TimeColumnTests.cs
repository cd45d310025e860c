using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Data.Tables.Cells;
using Math4AI.Training;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Data;

/// <summary>Columns of times of day and of durations are numbers, of hours.</summary>
public class TimeColumnTests : TemporaryFolder
{
    private static readonly TableTrainingOptions Options = new() { Target = "y" };

    private Table Read(string name, IEnumerable<string> cells, Func<int, double>? target = null)
    {
        File.WriteAllText(In(name), "t,y\n" + string.Concat(cells.Select(
            (cell, i) => FormattableString.Invariant($"\"{cell}\",{target?.Invoke(i) ?? i + 0.5}\n"))));
        return Table.Read(In(name));
    }

    private ColumnLook LookAt(params string[] cells) => TableLook.Of(
        Read("rows.csv", Enumerable.Range(0, 40).Select(i => cells[i % cells.Length])), Options).Columns[0];

    [Theory]
    [InlineData("14:05", 14 * 3600 + 5 * 60)]
    [InlineData("9:30:15", 9 * 3600 + 30 * 60 + 15)]
    [InlineData("1:02:03.5", 3723.5)]
    [InlineData("01:02:03,25", 3723.25)]
    [InlineData("-0:30", -1800)]
    [InlineData("2:05 PM", 14 * 3600 + 300)]
    [InlineData("12:05am", 300)]
    [InlineData("12:00:01 p.m.", 12 * 3600 + 1)]
    [InlineData("2 pm", 14 * 3600)]
    [InlineData("14:05 Uhr", 14 * 3600 + 300)]
    [InlineData("9:30:15 uhr", 9 * 3600 + 30 * 60 + 15)]
    [InlineData("14 Uhr", 14 * 3600)]
    [InlineData("14:05Z", 14 * 3600 + 300)]
    [InlineData("2h 5m", 7500)]
    [InlineData("2 h 5 min", 7500)]
    [InlineData("2h05", 7500)]
    [InlineData("2 hours, 5 minutes", 7500)]
    [InlineData("90 min", 5400)]
    [InlineData("1.5 hrs", 5400)]
    [InlineData("1,5 h", 5400)]
    [InlineData("30s", 30)]
    [InlineData("250 ms", 0.25)]
    [InlineData("1w 2d", 9 * 86400)]
    [InlineData("2 days 03:04:05", 2 * 86400 + 11045)]
    [InlineData("2 days, 3:04:05", 2 * 86400 + 11045)]
    [InlineData("PT2H5M", 7500)]
    [InlineData("P1DT30S", 86430)]
    [InlineData("120:00", 120 * 3600)]
    [InlineData("0", 0)]
    public void A_time_is_read(string text, double seconds)
    {
        double hours = TimeText.Parse(text, hasMinutesFirst: false)!.Value;
        Assert.Equal(seconds / 3600.0, hours, 1e-12 * Math.Max(1.0, Math.Abs(hours)));
    }

    [Theory]
    [InlineData("16:9")]
    [InlineData("25:05 Uhr")]
    [InlineData("2:05 PM Uhr")]
    [InlineData("Uhr")]
    [InlineData("12Z")]
    [InlineData("14:05+02:00")]
    [InlineData("14:75")]
    [InlineData("1:2:3:4")]
    [InlineData("13:05 PM")]
    [InlineData("5m 2h")]
    [InlineData("2h 5h")]
    [InlineData("P1M")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("1:75:00")]
    [InlineData("58:12.5")]
    [InlineData("2 days 25:00:00")]
    [InlineData("12 kg")]
    [InlineData("12")]
    [InlineData("1e5 s")]
    [InlineData("::")]
    [InlineData("00:1A")]
    [InlineData("2020-01-01 10:00")]
    [InlineData("")]
    public void What_is_no_time_is_none(string text) => Assert.Null(TimeText.Parse(text, hasMinutesFirst: false));

    [Fact]
    public void A_column_is_one_of_times_by_what_most_cells_are_and_the_others_are_named_with_their_rows()
    {
        ColumnLook clock = TableLook.Of(
            Read("rows.csv", Enumerable.Range(0, 40).Select(i => i switch
            {
                3 => "soon",
                4 => "NULL",
                _ => $"{i % 24}:{i:00}{(i % 3 == 0 ? ":30" : string.Empty)}",
            })), Options).Columns[0];
        Assert.Equal("time in hours", clock.Form.ToString());
        Assert.Equal((1, 1), (clock.Odd, clock.Missing));
        Assert.Equal(["row 4: 'soon'"], clock.OddCells);
        Assert.Equal("0:00:30", clock.Earliest);
        Assert.Equal("23:23", clock.Latest);
        Assert.Null(clock.Note);
        Assert.Equal("time in hours", LookAt("2h 5m", "90 min", "45 min").Form.ToString());
        Assert.Equal("time in hours", LookAt([.. Enumerable.Range(1, 20).Select(
            i => i % 2 == 0 ? $"{i} h" : $"{i} min")]).Form.ToString());
    }

    [Fact]
    public void What_looks_like_times_and_is_none_stays_what_it_was()
    {
        Assert.Equal("category", LookAt("16:10", "16:10", "16:10", "16:9", "4:3").Form.ToString());
        Assert.Equal("number in min", LookAt("90.5 min", "45.2 min", "12 min").Form.ToString());
        Assert.Equal("category", LookAt("1s", "2s", "2p", "3s").Form.ToString());
        Assert.Equal("category", LookAt("1h", "4h", "1d").Form.ToString());
    }

    [Fact]
    public void Two_parts_are_minutes_and_seconds_where_they_must_be_or_where_that_is_said()
    {
        Assert.Equal("time in hours (m:ss)", LookAt("58:12", "59:30", "1:02:03").Form.ToString());
        Assert.Equal("time in hours (m:ss)", LookAt("58:12.5", "59:30.25").Form.ToString());

        Table table = Read("rows.csv", Enumerable.Range(0, 40).Select(i => $"{i + 5}:30"));
        var look = TableLook.Of(table, Options);
        Assert.Contains("--columns \"t=time:m:ss\"", Assert.Single(look.Warnings), StringComparison.Ordinal);
        Assert.Equal(44.5, look.Columns[0].Maximum);
        look = TableLook.Of(table, Options with { Columns = ColumnList.Parse("t=time:m:ss") });
        Assert.Empty(look.Warnings);
        Assert.Equal(44.5 / 60.0, look.Columns[0].Maximum!.Value, 1e-12);
        Assert.Throws<FormatException>(() => ColumnList.Parse("t=time:s"));
    }

    [Fact]
    public void A_model_of_a_column_of_times_reads_the_times_of_another_table_alike()
    {
        string Clock(int i) => $"{i * 7 % 24:00}:{i * 13 % 60:00}";
        double Hours(int i) => i * 7 % 24 + i * 13 % 60 / 60.0;
        Table table = Read("rows.csv", Enumerable.Range(0, 200).Select(Clock), i => 3.0 + 2.0 * Hours(i));
        Trained<LearnedTable> trained = LearnedTable.Train(
            table, null, Options with { Intervals = IntervalSource.None }, new LinearLearner());
        using (var files = new FileTransaction(true))
        {
            trained.Model.Save(In("model"), files);
            files.Commit();
        }

        var model = (IFilePredictor)ModelFolder.Open(In("model"));
        File.WriteAllText(In("asked.csv"), "t\n6:45\n1:30 PM\n2h 15m\n");
        double[][] found = model.PredictFile(In("asked.csv")).Values;
        Assert.Equal(3.0 + 2.0 * 6.75, found[0][0], 1e-3);
        Assert.Equal(3.0 + 2.0 * 13.5, found[1][0], 1e-3);
        Assert.Equal(3.0 + 2.0 * 2.25, found[2][0], 1e-3);
    }

    [Fact]
    public void A_target_of_times_is_a_number_unless_there_are_few()
    {
        Assert.Equal(TableTask.Regression, TableLook.Of(
            Read("many.csv", Enumerable.Range(0, 40).Select(i => $"{i % 24}:{i:00}")), Options with { Target = "t" })
            .Task);
        var few = TableLook.Of(
            Read("few.csv", Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? "6:00" : "14:00")),
            Options with { Target = "t" });
        Assert.Equal(TableTask.Classification, few.Task);
        Assert.Equal(
            "2 different times: taken for classes (--task regression for numbers)", few.Columns[0].Note);
    }
}
