using Math4AI.Data.Tables;
using Math4AI.Probability.Information;
using Math4AI.Training.Tables;
using Math4AI.Unsupervised;

namespace Math4AI.Tests.Data;

/// <summary>Numbers that name the rows are no measurement, in whatever order they stand.</summary>
public class IdentifierTests
{
    private const int Rows = 60;
    private const string Reason = "names the rows (a different whole number in each)";

    private static Table With(string name, Func<int, double> value) => Table.OfNumbers(
    [
        (name, [.. Enumerable.Range(0, Rows).Select(value)]),
        ("x", [.. Enumerable.Range(0, Rows).Select(i => (i % 2 * 9.0) + Math.Sin(i))]),
        ("z", [.. Enumerable.Range(0, Rows).Select(i => (i % 2 * 9.0) + Math.Cos(2.3 * i))]),
        ("y", [.. Enumerable.Range(0, Rows).Select(i => Math.Sin(0.7 * i))]),
    ]);

    private static double InNoOrder(int row) => 100_000 + (row * 7919 % 60_013);

    [Theory]
    [InlineData("id")]
    [InlineData("ID")]
    [InlineData("patient_id")]
    [InlineData("Sample ID")]
    [InlineData("userId")]
    [InlineData("uid")]
    public void A_column_called_so_with_another_whole_number_in_each_row_is_left_out_with_the_reason(string name)
    {
        Table table = With(name, InNoOrder);
        Assert.Equal([new LeftOutColumn(name, Reason)], new TableClustering { Clusters = 2 }.Fit(table).LeftOut);
        Assert.Equal([(name, Reason)], new TableInformation().Of(table).LeftOut);
        ColumnLook found = TableLook.Of(table, new TableTrainingOptions { Target = "y" })
            .Columns.Single(column => column.Name == name);
        Assert.Equal(Reason, found.LeftOut);
    }

    [Theory]
    [InlineData("humid")]
    [InlineData("paid")]
    [InlineData("grid")]
    [InlineData("width")]
    public void Other_names_that_end_alike_are_measurements(string name) =>
        Assert.Empty(new TableClustering { Clusters = 2 }.Fit(With(name, InNoOrder)).LeftOut);

    [Fact]
    public void A_number_that_occurs_twice_or_has_a_fraction_names_no_row()
    {
        Assert.Null(Identifiers.Reason("id", [.. Enumerable.Range(0, Rows).Select(i => InNoOrder(i / 2))]));
        Assert.Null(Identifiers.Reason("id", [.. Enumerable.Range(0, Rows).Select(i => InNoOrder(i) + 0.5)]));
        Assert.Null(Identifiers.Reason("id", [3, 1, 2]));
    }

    [Fact]
    public void Who_says_that_it_is_a_number_gets_it()
    {
        Table table = With("id", InNoOrder);
        IReadOnlyDictionary<string, ColumnForm> forms = ColumnList.Parse("id=number");
        Assert.Empty(new TableInformation { Forms = forms }.Of(table).LeftOut);
        Assert.Null(TableLook.Of(table, new TableTrainingOptions { Target = "y", Columns = forms })
            .Columns.Single(column => column.Name == "id").LeftOut);
    }
}
