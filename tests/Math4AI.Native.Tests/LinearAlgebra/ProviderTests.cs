using System.Numerics;
using Math4AI.LinearAlgebra.Provider;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>
/// Math.NET on MKL, judged as LAPACK's own tests judge: each residual in units of n·ε, and under 30. The matrices are
/// those that break careless code.
/// </summary>
public abstract class ProviderTests<T>
    where T : struct, IEquatable<T>, IFormattable
{
    private const double Threshold = 30.0;

    protected ProviderTests() => Assert.Equal(LinearAlgebraBackend.Mkl, Compute.Provider);

    protected abstract double Epsilon { get; }

    protected abstract T Of(double real, double imaginary);

    public static TheoryData<string> Square =>
        ["random", "hilbert", "graded", "rank-deficient", "repeated", "one", "zero", "small", "small of rank 2",
            "kahan", "wilkinson"];

    public static TheoryData<string> Solvable => ["random", "graded", "repeated", "one", "large", "small", "wilkinson"];

    public static TheoryData<string> Rectangular =>
    [
        "random", "tall", "wide", "hilbert", "graded", "rank-deficient", "repeated", "one", "zero", "column",
        "row", "small",
        "small of rank 2", "kahan", "wilkinson", "very tall",
    ];

    protected Matrix<T> Make(string kind) => kind switch
    {
        "random" => Random(37, 37, 1),
        "large" => Random(300, 300, 2),
        "tall" => Random(90, 20, 3),
        "wide" => Random(20, 70, 4),
        "column" => Random(50, 1, 5),
        "row" => Random(1, 50, 6),
        "one" => Random(1, 1, 7),
        "small" => Random(5, 5, 30),
        "small of rank 2" => Random(6, 2, 31) * Random(2, 6, 32),
        "zero" => Matrix<T>.Build.Dense(9, 9),
        "very tall" => Random(1000, 20, 33),

        // Kahan's triangle, nearly singular though no diagonal element is small: s^i on the diagonal, −c s^i beside it.
        "kahan" => Matrix<T>.Build.Dense(
            30, 30, (i, j) => Of(Math.Pow(0.8, i) * (i == j ? 1.0 : j > i ? -0.6 : 0.0), 0.0)),

        // Wilkinson's W21⁺: pairs of eigenvalues that agree to 14 digits.
        "wilkinson" => Matrix<T>.Build.Dense(
            21, 21, (i, j) => Of(i == j ? Math.Abs(i - 10) : Math.Abs(i - j) == 1 ? 1.0 : 0.0, 0.0)),
        "hilbert" => Matrix<T>.Build.Dense(12, 12, (i, j) => Of(1.0 / (i + j + 1), 0.0)),
        "graded" => Graded(),
        "rank-deficient" => Random(30, 4, 9) * Random(4, 30, 10),
        "repeated" => Matrix<T>.Build.DenseIdentity(16) * Of(3.0, 0.0),
        _ => throw new ArgumentException(kind),
    };

    protected Matrix<T> Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return Matrix<T>.Build.Dense(
            rows, columns, (_, _) => Of(2.0 * random.NextDouble() - 1.0, 2.0 * random.NextDouble() - 1.0));
    }

    private Matrix<T> Graded()
    {
        Matrix<T> random = Random(24, 24, 8);
        return Matrix<T>.Build.Dense(
            24, 24, (i, j) => random[i, j].Equals(default) ? default : Scaled(random[i, j], Math.Pow(10.0, -i / 4.0)));
    }

    private T Scaled(T value, double factor) => (Matrix<T>.Build.Dense(1, 1, value) * Of(factor, 0.0))[0, 0];

    protected Matrix<T> PositiveDefinite(int order, int seed)
    {
        Matrix<T> a = Random(order, order, seed);
        return a * a.ConjugateTranspose() + Matrix<T>.Build.DenseIdentity(order);
    }

    private void Small(double residual, double scale, int order) =>
        Assert.InRange(residual, 0.0, Threshold * scale * Math.Max(1, order) * Epsilon);

    private void Orthonormal(Matrix<T> q) =>
        Small((q.ConjugateTranspose() * q - Matrix<T>.Build.DenseIdentity(q.ColumnCount)).FrobeniusNorm(), 1.0,
            q.RowCount);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 2)]
    [InlineData(40, 17, 33)]
    [InlineData(64, 64, 1)]
    [InlineData(1, 200, 1)]
    public void Products_in_every_transposition_agree_with_sums_of_products(int m, int k, int n)
    {
        Matrix<T> a = Random(m, k, 11);
        Matrix<T> b = Random(k, n, 12);
        Matrix<T> expected = Matrix<T>.Build.Dense(m, n, (i, j) => a.Row(i).DotProduct(b.Column(j)));
        Matrix<T> expectedConjugate =
            Matrix<T>.Build.Dense(m, n, (i, j) => a.Row(i).DotProduct(b.Column(j).Conjugate()));
        double scale = a.FrobeniusNorm() * b.FrobeniusNorm();
        Small((a * b - expected).FrobeniusNorm(), scale, k);
        Small((a.TransposeAndMultiply(b.Transpose()) - expected).FrobeniusNorm(), scale, k);
        Small((a.Transpose().TransposeThisAndMultiply(b) - expected).FrobeniusNorm(), scale, k);
        Small((a.ConjugateTransposeAndMultiply(b.Transpose()) - expectedConjugate).FrobeniusNorm(), scale, k);
    }

    [Fact]
    public void A_product_adds_to_what_is_there_with_alpha_and_beta()
    {
        var provider = (ILinearAlgebraProvider<T>)(object)new MklLinearAlgebraProvider();
        Matrix<T> a = Random(5, 7, 13), b = Random(4, 7, 14), c = Random(5, 4, 15);
        T alpha = Of(0.5, 0.25), beta = Of(-2.0, 1.0);
        Matrix<T> expected = alpha * a * b.Transpose() + beta * c;
        T[] result = c.ToColumnMajorArray();
        provider.MatrixMultiplyWithUpdate(
            MathNet.Numerics.Providers.LinearAlgebra.Transpose.DontTranspose,
            MathNet.Numerics.Providers.LinearAlgebra.Transpose.Transpose,
            alpha, a.ToColumnMajorArray(), 5, 7, b.ToColumnMajorArray(), 4, 7, beta, result);
        Small((Matrix<T>.Build.DenseOfColumnMajor(5, 4, result) - expected).FrobeniusNorm(),
            expected.FrobeniusNorm(), 7);
    }

    [Fact]
    public void A_product_into_one_of_its_factors_is_right()
    {
        Matrix<T> a = Random(6, 6, 16);
        Matrix<T> expected = a * a;
        a.Multiply(a, a);
        Assert.Equal(expected, a);
    }

    [Theory]
    [MemberData(nameof(Square))]
    public void LU_times_permutation_gives_the_matrix(string kind)
    {
        Matrix<T> a = Make(kind);
        LU<T> lu = a.LU();
        Matrix<T> permuted = a.Clone();
        permuted.PermuteRows(lu.P);
        Small((lu.L * lu.U - permuted).FrobeniusNorm(), a.FrobeniusNorm(), a.RowCount);
    }

    [Theory]
    [MemberData(nameof(Solvable))]
    public void Solutions_by_LU_have_small_residuals(string kind)
    {
        Matrix<T> a = Make(kind);
        Matrix<T> b = Random(a.RowCount, 3, 17);
        Matrix<T> x = a.Solve(b);
        Small((a * x - b).FrobeniusNorm(), a.FrobeniusNorm() * x.FrobeniusNorm(), a.RowCount);
        Matrix<T> inverse = a.Inverse();
        Small(
            (a * inverse - Matrix<T>.Build.DenseIdentity(a.RowCount)).FrobeniusNorm(),
            a.FrobeniusNorm() * inverse.FrobeniusNorm(),
            a.RowCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(150)]
    public void Cholesky_gives_the_matrix_and_solves(int order)
    {
        Matrix<T> a = PositiveDefinite(order, 18);
        Cholesky<T> cholesky = a.Cholesky();
        Small((cholesky.Factor * cholesky.Factor.ConjugateTranspose() - a).FrobeniusNorm(), a.FrobeniusNorm(), order);
        Assert.Equal(cholesky.Factor, cholesky.Factor.LowerTriangle());
        Matrix<T> b = Random(order, 2, 19);
        Matrix<T> x = cholesky.Solve(b);
        Small((a * x - b).FrobeniusNorm(), a.FrobeniusNorm() * x.FrobeniusNorm(), order);
    }

    [Theory]
    [MemberData(nameof(Rectangular))]
    public void QR_gives_the_matrix_and_an_orthonormal_Q(string kind)
    {
        Matrix<T> a = Make(kind);
        if (a.RowCount < a.ColumnCount)
        {
            Assert.Throws<ArgumentException>(() => a.QR());
            return;
        }

        foreach (QRMethod method in new[] { QRMethod.Thin, QRMethod.Full })
        {
            QR<T> qr = a.QR(method);
            Small((qr.Q * qr.R - a).FrobeniusNorm(), a.FrobeniusNorm(), a.RowCount);
            Orthonormal(qr.Q);
            Assert.Equal(qr.R, qr.R.UpperTriangle());
        }
    }

    [Theory]
    [InlineData("random")]
    [InlineData("tall")]
    [InlineData("column")]
    public void Least_squares_by_QR_leave_a_residual_orthogonal_to_the_columns(string kind)
    {
        Matrix<T> a = Make(kind);
        Matrix<T> b = Random(a.RowCount, 2, 20);
        foreach (Matrix<T> x in new[] { a.QR(QRMethod.Thin).Solve(b), a.QR(QRMethod.Full).Solve(b), Solved(a, b) })
        {
            Matrix<T> normal = a.ConjugateTranspose() * (a * x - b);
            double scale = a.FrobeniusNorm() * (a.FrobeniusNorm() * x.FrobeniusNorm() + b.FrobeniusNorm());
            Small(normal.FrobeniusNorm(), scale, a.RowCount);
        }
    }

    private static Matrix<T> Solved(Matrix<T> a, Matrix<T> b)
    {
        var provider = (ILinearAlgebraProvider<T>)(object)new MklLinearAlgebraProvider();
        T[] x = new T[a.ColumnCount * b.ColumnCount];
        provider.QRSolve(
            a.ToColumnMajorArray(), a.RowCount, a.ColumnCount, b.ToColumnMajorArray(), b.ColumnCount, x, QRMethod.Full);
        return Matrix<T>.Build.DenseOfColumnMajor(a.ColumnCount, b.ColumnCount, x);
    }

    [Theory]
    [MemberData(nameof(Rectangular))]
    public void SVD_gives_the_matrix_orthonormal_factors_and_descending_values(string kind)
    {
        Matrix<T> a = Make(kind);
        Svd<T> svd = a.Svd();
        Small((svd.U * svd.W * svd.VT - a).FrobeniusNorm(), a.FrobeniusNorm(), Math.Max(a.RowCount, a.ColumnCount));
        Orthonormal(svd.U);
        Orthonormal(svd.VT);
        double[] values = Magnitudes(svd.S);
        Assert.Equal(values.OrderDescending(), values);
        Assert.All(Magnitudes(a.Svd(computeVectors: false).S).Zip(values), pair =>
            Small(Math.Abs(pair.First - pair.Second), values[0], values.Length));
    }

    [Fact]
    public void The_solution_by_SVD_of_a_wide_system_is_the_shortest()
    {
        Matrix<T> a = Make("wide");
        Matrix<T> b = Random(a.RowCount, 2, 21);
        Matrix<T> x = a.Svd().Solve(b);
        Small((a * x - b).FrobeniusNorm(), a.FrobeniusNorm() * x.FrobeniusNorm(), a.ColumnCount);

        // The shortest solution lies in the row space: it is Aᴴ y for some y.
        Matrix<T> y = (a * a.ConjugateTranspose()).Solve(b);
        Small((a.ConjugateTranspose() * y - x).FrobeniusNorm(), x.FrobeniusNorm() * 100, a.ColumnCount);
    }

    [Theory]
    [InlineData("random")]
    [InlineData("hilbert")]
    [InlineData("rank-deficient")]
    [InlineData("repeated")]
    [InlineData("one")]
    [InlineData("zero")]
    [InlineData("wilkinson")]
    [InlineData("kahan")]
    public void Eigenvectors_of_hermitian_matrices_are_orthonormal_and_values_ascend(string kind)
    {
        Matrix<T> any = Make(kind);
        Matrix<T> a = any + any.ConjugateTranspose();
        Evd<T> evd = a.Evd(Symmetricity.Hermitian);
        Small((a * evd.EigenVectors - evd.EigenVectors * evd.D).FrobeniusNorm(), a.FrobeniusNorm(), a.RowCount);
        Orthonormal(evd.EigenVectors);
        double[] values = [.. evd.EigenValues.Select(value => value.Real)];
        Assert.Equal(values.Order(), values);
        Assert.All(evd.EigenValues, value => Assert.Equal(0.0, value.Imaginary));
    }

    [Theory]
    [MemberData(nameof(Square))]
    public void Eigenvectors_of_general_matrices_satisfy_the_equation(string kind)
    {
        Matrix<T> a = Make(kind);
        Evd<T> evd = a.Evd(Symmetricity.Asymmetric);
        Small(
            (a * evd.EigenVectors - evd.EigenVectors * evd.D).FrobeniusNorm(),
            a.FrobeniusNorm() * evd.EigenVectors.FrobeniusNorm(),
            a.RowCount);
    }

    [Fact]
    public void A_hundred_thousand_rows_are_factorised_and_solved()
    {
        Matrix<T> a = Random(100_000, 20, 41), b = Random(100_000, 2, 42);
        QR<T> qr = a.QR(QRMethod.Thin);
        Small((qr.Q * qr.R - a).FrobeniusNorm(), a.FrobeniusNorm(), a.RowCount);
        Orthonormal(qr.Q);
        Matrix<T> x = qr.Solve(b), gram = a.ConjugateTransposeThisAndMultiply(a);
        Small(
            (gram * x - a.ConjugateTransposeThisAndMultiply(b)).FrobeniusNorm(),
            a.FrobeniusNorm() * (a.FrobeniusNorm() * x.FrobeniusNorm() + b.FrobeniusNorm()),
            a.RowCount);
        Small((gram.Cholesky().Solve(a.ConjugateTransposeThisAndMultiply(b)) - x).FrobeniusNorm(), x.FrobeniusNorm(),
            a.RowCount);
        Small(Math.Abs(qr.R.FrobeniusNorm() - a.FrobeniusNorm()), a.FrobeniusNorm(), a.RowCount);
    }

    [Fact]
    public void Empty_problems_are_answered_and_not_refused()
    {
        var provider = (ILinearAlgebraProvider<T>)(object)new MklLinearAlgebraProvider();
        T[] none = [], other = (T[])none.Clone();
        provider.LUFactor(none, 0, []);
        provider.LUSolve(0, none, 0, other);
        provider.QRFactor(none, 0, 0, other, none);
        provider.SingularValueDecomposition(true, none, 0, 0, none, none, none);
        provider.EigenDecomp(true, 0, none, none, [], none);
        provider.EigenDecomp(false, 0, none, none, [], none);
        T[] sum = [Of(1, 0)];
        provider.MatrixMultiply(none, 1, 0, none, 0, 1, sum);
        Assert.Equal(Of(0, 0), sum[0]);
        Assert.Equal(Of(0, 0), provider.DotProduct(none, none));
    }

    protected abstract double[] Magnitudes(MathNet.Numerics.LinearAlgebra.Vector<T> values);
}

public class DoubleProviderTests : ProviderTests<double>
{
    protected override double Epsilon => Math.Pow(2, -53);

    protected override double Of(double real, double imaginary) => real;

    protected override double[] Magnitudes(MathNet.Numerics.LinearAlgebra.Vector<double> values) => values.ToArray();
}

public class SingleProviderTests : ProviderTests<float>
{
    protected override double Epsilon => Math.Pow(2, -24);

    protected override float Of(double real, double imaginary) => (float)real;

    protected override double[] Magnitudes(MathNet.Numerics.LinearAlgebra.Vector<float> values) =>
        [.. values.Select(x => (double)x)];
}

public class ComplexProviderTests : ProviderTests<Complex>
{
    protected override double Epsilon => Math.Pow(2, -53);

    protected override Complex Of(double real, double imaginary) => new(real, imaginary);

    protected override double[] Magnitudes(MathNet.Numerics.LinearAlgebra.Vector<Complex> values) =>
        [.. values.Select(x => x.Magnitude)];
}

public class Complex32ProviderTests : ProviderTests<MathNet.Numerics.Complex32>
{
    protected override double Epsilon => Math.Pow(2, -24);

    protected override MathNet.Numerics.Complex32 Of(double real, double imaginary) =>
        new((float)real, (float)imaginary);

    protected override double[] Magnitudes(MathNet.Numerics.LinearAlgebra.Vector<MathNet.Numerics.Complex32> values) =>
        [.. values.Select(x => (double)x.Magnitude)];
}
