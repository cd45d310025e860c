using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Processes;

public class TallQrTests
{
    private const double Epsilon = 2.220446049250313e-16;

    [Theory]
    [InlineData(200, 6, 67, 133)] // even shares
    [InlineData(200, 6, 3, 3)] // one process with less than a triangle, one with nothing
    [InlineData(9, 4, 2, 5)]
    [InlineData(40, 1, 1, 39)]
    public void Rows_on_three_processes_have_the_factors_of_one(int rows, int columns, int first, int second)
    {
        Matrix<double> a = Graded(rows, columns);
        TallQr alone = TallQr.Of(a);
        TallQr[] shared = Shared(a, first, second, TallQr.Of);
        Matrix<double> q = Stack(shared.Select(part => part.Q)), r = shared[0].R;
        Assert.All(shared, part => Assert.Equal(r, part.R));
        double allowed = 10.0 * columns * Epsilon;
        Assert.True((q * r - a).FrobeniusNorm() <= allowed * a.FrobeniusNorm());
        Assert.True((q.TransposeThisAndMultiply(q) - Matrix<double>.Build.DenseIdentity(columns)).L2Norm() <= allowed);

        // Each column has a scale of its own, and the triangle is right at each.
        for (int j = 0; j < columns; j++)
        {
            Assert.True(
                (r.Column(j) - alone.R.Column(j)).L2Norm() <= 1e-10 * alone.R.Column(j).L2Norm(), $"column {j}");
        }
    }

    [Fact]
    public void Singular_values_too_small_to_be_squared_are_right()
    {
        // A = U Σ Vᵀ with σ = 1, 1e-6, 1e-12: the last is lost in AᵀA.
        Matrix<double> u = TallQr.Of(Matrix<double>.Build.Random(300, 3, 1)).Q,
            v = TallQr.Of(Matrix<double>.Build.Random(3, 3, 2)).Q;
        double[] expected = [1.0, 1e-6, 1e-12];
        Matrix<double> a = u.Multiply(Matrix<double>.Build.DenseOfDiagonalArray(expected)) * v.Transpose();
        (Matrix<double> U, Vector<double> S, Matrix<double> VT)[] parts =
            Shared(a, 100, 220, (rows, group) => TallQr.Of(rows, group).Svd());
        Vector<double> s = parts[0].S;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected[i], s[i], 50.0 * Epsilon);
        }

        Matrix<double> all = Stack(parts.Select(part => part.U));
        Matrix<double> product = all.Multiply(Matrix<double>.Build.DenseOfDiagonalVector(s)) * parts[0].VT;
        Assert.True((product - a).FrobeniusNorm() <= 50.0 * Epsilon);
        Matrix<double> gram = all.TransposeThisAndMultiply(all);
        Assert.True((gram - Matrix<double>.Build.DenseIdentity(3)).L2Norm() <= 50.0 * Epsilon);
    }

    [Fact]
    public void The_same_shares_give_the_same_bits()
    {
        Matrix<double> a = Graded(150, 5);
        TallQr[] first = Shared(a, 40, 90, TallQr.Of), second = Shared(a, 40, 90, TallQr.Of);
        Assert.Equal(first.Select(part => part.Q), second.Select(part => part.Q));
        Assert.Equal(first[0].R, second[0].R);
    }

    [Fact]
    public void Too_few_rows_and_values_that_are_not_finite_are_refused_in_every_process()
    {
        Matrix<double> wide = Matrix<double>.Build.Random(3, 4, 1);
        string[] messages = Shared(
            wide, 1, 2, (rows, group) => Assert.Throws<ArgumentException>(() => TallQr.Of(rows, group)).Message);
        Assert.All(messages, message => Assert.Contains("3 rows in all processes together, and 4 columns", message));

        Matrix<double> a = Matrix<double>.Build.Random(30, 4, 1);
        a[17, 2] = double.NaN;
        Exception[] failures = Shared(
            a, 10, 20, (rows, group) => Assert.ThrowsAny<Exception>(() => TallQr.Of(rows, group)));
        Assert.IsType<NonConvergenceException>(failures[1]);
        Assert.StartsWith("Process 2 of 3: ", failures[0].Message, StringComparison.Ordinal);
    }

    private static T[] Shared<T>(
        Matrix<double> a, int first, int second, Func<Matrix<double>, Math4AI.Processes.ProcessGroup, T> work)
    {
        int[] bounds = [0, first, second, a.RowCount];
        return ThreadGroup.Run(3, group => work(
            a.SubMatrix(bounds[group.Rank], bounds[group.Rank + 1] - bounds[group.Rank], 0, a.ColumnCount), group));
    }

    // Columns of scales from 1 to 10⁻⁸.
    private static Matrix<double> Graded(int rows, int columns) =>
        Matrix<double>.Build.Random(rows, columns, 3).MapIndexed(
            (_, j, value) => value * Math.Pow(10.0, -8.0 * j / Math.Max(1, columns - 1)));

    private static Matrix<double> Stack(IEnumerable<Matrix<double>> parts) =>
        parts.Where(part => part.RowCount > 0).Aggregate((above, below) => above.Stack(below));
}
