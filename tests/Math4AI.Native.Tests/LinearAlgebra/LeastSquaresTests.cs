using System.Globalization;
using System.Text.RegularExpressions;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Solves;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using Complex = System.Numerics.Complex;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>NIST's reference sets with certified values, and what every least-squares solution must satisfy.</summary>
public class LeastSquaresTests
{
    /// <summary>The correct digits: −log₁₀ of the relative error, at most 15.</summary>
    private static double Digits(double found, double certified)
    {
        double error = certified == 0.0 ? Math.Abs(found) : Math.Abs(found - certified) / Math.Abs(certified);
        return error == 0.0 ? 15.0 : Math.Min(15.0, -Math.Log10(error));
    }

    private static (double[] Certified, double[][] Rows) Load(string name)
    {
        string[] lines = File.ReadAllLines(Repository.Data("nist", name + ".dat"));
        double[] certified = [.. lines.Where(line => Regex.IsMatch(line, @"^\s+B\d+\s+[-\d]"))
            .Select(line => Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]))];
        double[][] rows = [.. lines.Skip(60).Where(line => line.Trim().Length > 0)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number).ToArray())];
        return (certified, rows);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static Vector<double> Coefficients(string name, double[][] rows)
    {
        Vector<double> y = Vector<double>.Build.Dense(rows.Length, i => rows[i][0]);
        int degree = name switch { "Wampler1" or "Wampler4" => 5, "Filip" => 10, _ => 1 };
        Matrix<double> a = name switch
        {
            "Longley" => Matrix<double>.Build.Dense(rows.Length, 7, (i, j) => j == 0 ? 1.0 : rows[i][j]),
            "NoInt1" => Matrix<double>.Build.Dense(rows.Length, 1, (i, _) => rows[i][1]),
            _ => Matrix<double>.Build.Dense(rows.Length, degree + 1, (i, j) => Math.Pow(rows[i][1], j)),
        };
        return LeastSquares.Solve(a, y).Solution.Column(0);
    }

    [Theory]
    [InlineData("Norris", 13)]
    [InlineData("Longley", 13)]
    [InlineData("Wampler1", 13)]
    [InlineData("Wampler4", 13)]
    [InlineData("NoInt1", 13)]
    public void Certified_coefficients_are_found_to_so_many_digits(string name, double digits)
    {
        (double[] certified, double[][] rows) = Load(name);
        Vector<double> found = Coefficients(name, rows);
        Assert.Equal(certified.Length, found.Count);
        double worst = Enumerable.Range(0, found.Count).Min(i => Digits(found[i], certified[i]));
        Assert.True(worst >= digits, $"{worst} digits");
    }

    [Fact]
    public void Filips_powers_in_float64_are_solved_exactly_though_their_rounding_leaves_7_certified_digits()
    {
        // Two independent ways agree on the rounded matrix to 13 digits; what is lost was lost before either began.
        (double[] certified, double[][] rows) = Load("Filip");
        Vector<double> found = Coefficients("Filip", rows);
        DoubleDouble[][] powers = [.. Enumerable.Range(0, 11).Select(j =>
            rows.Select(row => (DoubleDouble)Math.Pow(row[1], j)).ToArray())];
        Vector<double> exact = DoubleDoubleLeastSquares.Solve(powers, [.. rows.Select(row => row[0])]);
        Assert.All(Enumerable.Range(0, 11), i =>
            Assert.True(Digits(found[i], exact[i]) >= 13.0, $"{Digits(found[i], exact[i])} digits"));
        Assert.All(Enumerable.Range(0, 11), i => Assert.True(Digits(exact[i], certified[i]) >= 7.0));
    }

    [Theory]
    [InlineData("Filip", 10)]
    [InlineData("Wampler1", 5)]
    [InlineData("Wampler4", 5)]
    public void Polynomials_in_double_double_have_13_digits_at_least(string name, int degree)
    {
        (double[] certified, double[][] rows) = Load(name);
        Vector<double> found =
            PolynomialLeastSquares.Fit([.. rows.Select(row => row[1])], [.. rows.Select(row => row[0])], degree);
        double worst = Enumerable.Range(0, found.Count).Min(i => Digits(found[i], certified[i]));
        Assert.True(worst >= 13.0, $"{worst} digits");
    }

    [Fact]
    public void The_mean_of_NumAcc3_has_15_digits_and_its_deviation_what_rounded_data_allow()
    {
        // Certified: mean 1000000.2, standard deviation 0.1; in float64 the data hold the deviations to 9 digits.
        string[] lines = File.ReadAllLines(Repository.Data("nist", "NumAcc3.dat"));
        int first = Array.FindIndex(lines, line => line.StartsWith("-----", StringComparison.Ordinal)) + 1;
        double[] numbers =
            [.. lines.Skip(first).Where(line => line.Trim().Length > 0).Select(line => Number(line.Trim()))];
        Assert.Equal(1001, numbers.Length);
        var covariance = Covariance.Of(new MatrixSampleSource(Matrix<double>.Build.Dense(numbers.Length, 1, numbers)));
        Assert.Equal(15.0, Digits(covariance.Mean[0], 1000000.2));
        Assert.True(Digits(Math.Sqrt(covariance.Matrix[0, 0] * 1001.0 / 1000.0), 0.1) >= 9.0);
    }

    [Fact]
    public void The_analysis_of_variance_of_SmLs04t_has_the_digits_that_rounded_data_allow()
    {
        // Certified: between treatments 1.68, within 1.80, F = 21. Nine treatments of 21 readings near a million.
        string[] lines = File.ReadAllLines(Repository.Data("nist", "SmLs04t.dat"));
        double[][] rows = [.. lines.Where(line => Regex.IsMatch(line, @"^\s*1000000\.")).Select(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number).ToArray())];
        Assert.Equal(21, rows.Length);
        Matrix<double> readings = Matrix<double>.Build.DenseOfRowArrays(rows);
        var covariance = Covariance.Of(new MatrixSampleSource(readings));
        Matrix<double> means = covariance.Mean.ToColumnMatrix();
        double within = 21.0 * covariance.Matrix.Diagonal().Sum();
        double between = 21.0 * 9.0 * Covariance.Of(new MatrixSampleSource(means)).Matrix[0, 0];
        double grand = covariance.Mean.Average();
        Assert.Equal(15.0, Digits(grand, 1000000.4));
        Assert.True(Digits(within, 1.80) >= 9.0, $"{Digits(within, 1.80)}");
        Assert.True(Digits(between, 1.68) >= 8.5, $"{Digits(between, 1.68)}");
        Assert.True(Digits(between / 8.0 / (within / 180.0), 21.0) >= 8.5);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(40, 7)]
    [InlineData(7, 40)]
    [InlineData(100_000, 20)]
    public void The_residual_is_orthogonal_to_the_columns(int rows, int columns)
    {
        Matrix<double> a = Matrix<double>.Build.Random(rows, columns, 1);
        Vector<double> b = Vector<double>.Build.Random(rows, 2);
        LeastSquaresSolution<double> solution = LeastSquares.Solve(a, b);
        Vector<double> x = solution.Solution.Column(0);
        Assert.Equal(Math.Min(rows, columns), solution.Rank);
        double scale = a.FrobeniusNorm() * (a.FrobeniusNorm() * x.L2Norm() + b.L2Norm());
        Assert.InRange((a.TransposeThisAndMultiply(a * x - b)).L2Norm(), 0.0, 30 * Math.Pow(2, -53) * columns * scale);
        double squares = Math.Pow((a * x - b).L2Norm(), 2);
        Assert.Equal(squares, solution.ResidualSumOfSquares[0], 1e-9 * squares + 1e-25);
    }

    [Fact]
    public void A_matrix_of_lower_rank_gives_the_shortest_solution_and_its_rank()
    {
        Matrix<double> a = Matrix<double>.Build.Random(30, 3, 3) * Matrix<double>.Build.Random(3, 8, 4);
        Vector<double> b = Vector<double>.Build.Random(30, 5);
        LeastSquaresSolution<double> solution = LeastSquares.Solve(a, b);
        Assert.Equal(3, solution.Rank);
        Assert.True(solution.ConditionNumber > 1e14);
        Vector<double> shortest = a.PseudoInverse() * b;
        Assert.Equal(0.0, (solution.Solution.Column(0) - shortest).L2Norm() / shortest.L2Norm(), 1e-11);
    }

    [Fact]
    public void Zero_columns_wrong_shapes_and_values_that_are_not_finite()
    {
        Matrix<double> a = Matrix<double>.Build.Random(10, 3, 6);
        a.ClearColumn(1);
        LeastSquaresSolution<double> solution = LeastSquares.Solve(a, Vector<double>.Build.Random(10, 7));
        Assert.Equal(2, solution.Rank);
        Assert.Equal(0.0, solution.Solution[1, 0], 1e-14);
        Assert.Throws<ArgumentException>(() => LeastSquares.Solve(a, Vector<double>.Build.Dense(9)));
        a[0, 0] = double.NaN;
        Assert.Throws<ArgumentException>(() => LeastSquares.Solve(a, Vector<double>.Build.Dense(10)));
        Assert.Throws<ArgumentException>(() => PolynomialLeastSquares.Fit([1, 1, 1], [1, 2, 3], 1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(40)]
    public void The_svd_of_a_singular_matrix_solves_by_the_shortest_solution(int order)
    {
        // 0.1 in every place: the shortest x with the mean of b in every equation is mean(b) / (0.1 n), everywhere.
        double expected = (order + 1) / 2.0 / 0.1 / order;
        Vector<double> b = Vector<double>.Build.Dense(order, i => i + 1.0);
        Vector<double> x = Matrix<double>.Build.Dense(order, order, 0.1).Svd().Solve(b);
        Assert.All(x, value => Assert.Equal(expected, value, 1e-13 * order * expected));
        Assert.All(
            Matrix<float>.Build.Dense(order, order, 0.1f).Svd().Solve(b.ToSingle()),
            value => Assert.Equal(expected, value, 1e-6 * order * expected));
        Assert.All(
            Matrix<Complex>.Build.Dense(order, order, 0.1).Svd().Solve(b.ToComplex()),
            value => Assert.Equal(expected, value.Real, 1e-13 * order * expected));

        Matrix<double> deficient = Matrix<double>.Build.Random(order, 2, 5) * Matrix<double>.Build.Random(2, order, 6);
        Vector<double> shortest = deficient.PseudoInverse() * b;
        Assert.True((deficient.Svd().Solve(b) - shortest).L2Norm() <= 1e-11 * shortest.L2Norm());
    }
}
