using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Data;

public class MatrixFileTests : TemporaryFolder
{
    private string Csv(string text)
    {
        File.WriteAllText(In("m.csv"), text);
        return In("m.csv");
    }

    [Theory]
    [InlineData("0.7,0.2\n0.1,-8e-1\n")]
    [InlineData("0.7, 0.2\r\n0.1, -0.8")]
    [InlineData("left;right\n0,7;0,2\n0,1;-0,8\n")]
    [InlineData("0.7 0.2\n0.1 -0.8\n")]
    [InlineData("# the mixing\n0.7,0.2\n\n0.1,-0.8\n")]
    public void Lines_of_numbers_are_rows(string text) =>
        Assert.Equal(
            Matrix<double>.Build.DenseOfArray(new[,] { { 0.7, 0.2 }, { 0.1, -0.8 } }), MatrixFile.Read(Csv(text)));

    [Theory]
    [InlineData("1,2\n3,x\n", "line 2, column 2: 'x'")]
    [InlineData("1,2\n\n3\n", "line 3: 1 numbers")]
    [InlineData("", "empty")]
    [InlineData("1,2\n3,NaN\n", "line 2, column 2: 'NaN' is not a finite number")]
    [InlineData("1,\n", "line 1, column 2: ''")]
    public void What_is_no_matrix_is_refused_with_its_place(string text, string place)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => MatrixFile.Read(Csv(text)));
        Assert.Contains(place, refusal.Message, StringComparison.Ordinal);
    }
}
