using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Training;
using Math4AI.Training.Explanations;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training;

/// <summary>Tables as they come out of spreadsheets and forms: what a person would misread is said.</summary>
public class NewcomerTableTests : TemporaryFolder
{
    private static readonly TableTrainingOptions Options = new() { Target = "y" };

    private Table Read(string header, Func<int, string> row, int rows = 40)
    {
        File.WriteAllText(
            In("rows.csv"), header + "\n" + string.Concat(Enumerable.Range(0, rows).Select(i => row(i) + "\n")));
        return Table.Read(In("rows.csv"));
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("Paris", "paris")]
    [InlineData("K\u00f6ln", "Ko\u0308ln")]
    [InlineData("New York", "New  York")]
    public void Classes_that_look_alike_are_named(string one, string other)
    {
        Table table = Read("x,city,y", i => $"{i * i % 17},{(i % 3 == 0 ? other : i % 3 == 1 ? one : "Rome")},{i}.5");
        string warning = Assert.Single(TableLook.Of(table, Options).Warnings);
        Assert.Contains("'city'", warning, StringComparison.Ordinal);
        Assert.Contains("are taken for different classes: write them alike", warning, StringComparison.Ordinal);
        Assert.Contains(
            TableLook.Of(table, Options with { Target = "city" }).Warnings,
            text => text.Contains("are taken for different classes", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_of_few_rows_each_are_told_to_keep_their_rows_together()
    {
        Table table = Read("customer,x,y", i => $"C{i / 3:000},{i * i % 17},{i}.5", 90);
        Assert.Contains(
            "--group \"customer\"", Assert.Single(TableLook.Of(table, Options).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_marks_is_not_called_constant()
    {
        Table table = Read("x,mark,y", i => $"{i * i % 17},{(i % 2 == 0 ? "x" : string.Empty)},{i}.5");
        Assert.Equal(
            "Column 'mark' has one value, and is missing elsewhere: --missing impute makes a class of what is missing.",
            Assert.Single(TableLook.Of(table, Options).Warnings));
    }

    [Fact]
    public void Numbers_with_commas_and_points_are_told_to_be_written_alike()
    {
        Table table = Read("x;z;y", i => $"{i}{(i % 2 == 0 ? ',' : '.')}25;{i * i % 17};{i}.5");
        Assert.Contains(
            "some numbers have a decimal comma and others a point",
            Assert.Single(TableLook.Of(table, Options).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Days_of_eight_digits_are_named_and_read_as_dates_where_that_is_said()
    {
        Table table = Read("d,y", i => $"2024{1 + i % 12:00}{1 + i % 28:00},{i}.5");
        var look = TableLook.Of(table, Options);
        Assert.Contains("--columns \"d=date:yyyyMMdd\"", Assert.Single(look.Warnings), StringComparison.Ordinal);
        look = TableLook.Of(table, Options with { Columns = ColumnList.Parse("d=date:yyyyMMdd") });
        Assert.Empty(look.Warnings);
        Assert.True(look.Columns[0].Minimum < 10_000.0);
        Assert.Empty(TableLook.Of(Read("d,y", i => $"{20_240_131 + 100 * i},{i}.5"), Options).Warnings);
    }

    [Theory]
    [InlineData("x,y,,\n1,2,,\n", "2 of 4 columns have no name in the first line: name them, or remove them")]
    [InlineData("Sales 2024;;;\nx;y;z;w\n1;2;3;4\n", "3 of 4 columns have no name in the first line: 'Sales 2024'")]
    [InlineData("x,y\n1,2,\n", "line 2: 3 values, and 2 columns have names; the line ends with a separator")]
    public void What_spreadsheets_leave_behind_is_named(string text, string message)
    {
        File.WriteAllText(In("rows.csv"), text);
        Assert.Contains(
            message, Assert.Throws<InvalidDataException>(() => Table.Read(In("rows.csv"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_decimal_comma_where_training_had_points_is_named()
    {
        Table table = Read("x,y", i => $"{i}.25,{i}.5");
        LearnedTable model = Train(table);
        File.WriteAllText(In("asked.csv"), "x;z\n2,5;1\n");
        Assert.EndsWith(
            "its decimal comma was a point there; write it so.",
            Assert.Throws<ArgumentException>(() => model.PredictFile(In("asked.csv"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d.M.yyyy", "2024-02-05 06:21:45", 8801.0 + (6 + 21.75 / 60) / 24)]
    [InlineData(null, "1999-12-31 12:00:00", -0.5)]
    [InlineData(null, "1E+300", 1e300)]
    public void A_predicted_date_is_written_as_one(string? format, string text, double days) => Assert.Equal(
        text, new ColumnForm(ColumnType.Date) { DateFormat = format }.TextOf(days));

    [Theory]
    [InlineData(10.5, "10:30:00")]
    [InlineData(-0.25, "-0:15:00")]
    [InlineData(49.0 + 0.5 / 3600, "49:00:00.5")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public void A_predicted_time_is_written_as_one(double hours, string text) =>
        Assert.Equal(text, new ColumnForm(ColumnType.Time).TextOf(hours));

    [Fact]
    public void A_test_of_one_row_is_no_measure_of_anything()
    {
        Table table = Read("x,z,y", i => $"{i}.25,{i * i % 17},{Number(2.0 * i + i * i % 5)}5");
        Trained<LearnedTable> trained = LearnedTable.Train(
            table, table.Select([3]), Options with { Intervals = IntervalSource.None, Task = TableTask.Regression },
            new LinearLearner());
        Assert.Contains(trained.Warnings, text => text.Contains("The test has 1 row", StringComparison.Ordinal));
        Assert.Empty(ColumnImportance.Of(trained.Model, trained.TestRows!));
    }

    [Fact]
    public void Few_different_numbers_that_are_predicted_as_numbers_are_told_of_in_the_look()
    {
        var look = TableLook.Of(Read("x,y", i => $"{i},{i % 3}.5"), Options);
        Assert.Equal(TableTask.Regression, look.Task);
        Assert.Equal(
            "3 different numbers: taken for numbers (--task classification for classes)", look.Columns[1].Note);
        Assert.Empty(look.Warnings);
    }

    private static LearnedTable Train(Table table) => LearnedTable.Train(
        table, null, Options with { Intervals = IntervalSource.None }, new LinearLearner()).Model;
}
