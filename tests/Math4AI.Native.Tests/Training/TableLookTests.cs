using System.Globalization;
using Math4AI.Data.Tables;
using Math4AI.Training.Learners;
using Math4AI.Training.Tables;

namespace Math4AI.Tests.Training;

/// <summary>A look at a table warns of all that a training would, as far as nothing needs to be trained.</summary>
public class TableLookTests : TemporaryFolder
{
    private static readonly TableTrainingOptions Options = new() { Target = "y" };

    private Table Read(string header, int rows, Func<int, string> row)
    {
        File.WriteAllText(
            In("rows.csv"), header + "\n" + string.Concat(Enumerable.Range(0, rows).Select(i => row(i) + "\n")));
        return Table.Read(In("rows.csv"));
    }

    private static double Noise(int i) => Math.Sin(12.9898 * i) * 43758.5453 % 1.0;

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    [Fact]
    public void A_copy_of_the_target_is_told_at_the_look_as_at_a_training()
    {
        Table table = Read("x,copy,y", 80, i => $"{Text(Noise(i))},{i}.5,{i}");
        var look = TableLook.OfParts(table, null, Options);
        Assert.StartsWith("Column 'copy' tells 'y' alone", Assert.Single(look.Warnings), StringComparison.Ordinal);
        var training = LearnedTable.Train(table, null, Options, new LinearLearner { Penalty = 1.0 });
        Assert.Equal(look.Warnings, training.Warnings.Take(look.Warnings.Count));
    }

    [Fact]
    public void Repeated_rows_rare_and_frequent_classes_and_identifiers_are_told_at_the_look()
    {
        Table table = Read(
            "id,still,x,z,y", 200,
            i => $"r{i},7,{Text(Noise(i % 50))},{Text(Noise(i % 50 + 100))},"
                + (i == 7 ? "one" : i % 50 == 3 ? "b" : "a"));
        IReadOnlyList<string> warnings = TableLook.OfParts(table, null, Options).Warnings;
        Assert.All(
            [
                "Column 'id' names the rows", "Column 'still' never varies",
                "test rows stand among the training rows too", "The class 'one' has a single row",
                "of the rows are 'a', and who always answers that has the accuracy",
            ],
            part => Assert.Contains(warnings, warning => warning.Contains(part, StringComparison.Ordinal)));
    }

    [Fact]
    public void What_a_training_would_refuse_is_told_beside_what_else_is_known()
    {
        Table table = Read("x,copy,y", 80, i => $"{(i == 5 ? "" : Text(Noise(i)))},{i}.5,{i}");
        IReadOnlyList<string> warnings = TableLook.OfParts(table, null, Options).Warnings;
        Assert.Equal(2, warnings.Count);
        Assert.StartsWith(
            "A training would refuse this: Column 'x', row 6: the value is missing", warnings[0],
            StringComparison.Ordinal);
        Assert.StartsWith("Column 'copy' tells 'y' alone", warnings[1], StringComparison.Ordinal);
        Assert.Single(TableLook.OfParts(table, null, Options with { Missing = Missing.Impute }).Warnings);
        Assert.Contains(
            "3 rows are too few",
            Assert.Single(TableLook.OfParts(Read("x,y", 3, i => $"{i},{Text(Noise(i))}"), null, Options).Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_numbers_with_more_digits_than_a_number_keeps_are_told()
    {
        var look = TableLook.Of(
            Read("big,far,y", 40, i =>
                $"{9007199254740993 + 3 * (i % 20)},{1000000 * (i + 1L)}000000000,{Text(Noise(i))}"), Options);
        Assert.Equal(20, look.Columns[0].Rounded);
        Assert.StartsWith(
            "Column 'big': 20 whole numbers have more digits than the 15 that a number keeps",
            Assert.Single(look.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cell_with_another_unit_is_named_with_the_unit_that_is_meant()
    {
        Table table = Read("mass,y", 40, i => $"{(i % 20 == 3 ? $"{i}000 g" : $"{i} kg")},{Text(Noise(i))}");
        Assert.Equal(
            ["Column 'mass': 2 cells are no number in kg and count as missing, such as row 4: '3000 g', "
                + "row 24: '23000 g'."],
            TableLook.Of(table, Options).Warnings);
        string refused = Assert.Throws<ArgumentException>(
            () => LearnedTable.Train(table, null, Options, new LinearLearner())).Message;
        Assert.StartsWith(
            "Column 'mass', row 4: '3000 g', row 24: '23000 g' are not a number in kg, and 38 of 40 values are: write "
            + "all in kg;", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void The_range_of_dates_is_told_as_they_are_written()
    {
        ColumnLook dates = TableLook.Of(
            Read("when,y", 40, i => $"{i % 28 + 1:00}/0{i % 3 + 1}/2021,{Text(Noise(i))}"), Options).Columns[0];
        Assert.Equal(("01/01/2021", "27/03/2021"), (dates.Earliest, dates.Latest));
        Assert.NotNull(dates.Minimum);
    }
}
