using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Solves;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using Complex = System.Numerics.Complex;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>
/// Every factorization of matrices of orders 1 to 40, at a scale of 1, of half the exponent range on either side, near
/// the largest number and among the subnormal ones: the residual, in units of n ε, is what it is at a scale of 1, but
/// for the rounding of results that are subnormal themselves. The matrices are those of low rank and of equal elements
/// too, on which iterations and small special cases fail.
/// </summary>
public abstract class ScaleTests<T>
    where T : struct, IEquatable<T>, IFormattable
{
    private const double Threshold = 30.0;
    private const int MaxOrder = 40;

    protected ScaleTests() => Assert.Equal(LinearAlgebraBackend.Mkl, Compute.Provider);

    private static bool IsSinglePrecision => typeof(T) == typeof(float) || typeof(T) == typeof(Complex32);

    private static double UnitRoundoff => Element<T>.Epsilon / 2.0;

    private static int HalfOfExponents => IsSinglePrecision ? 74 : 560;

    // With room for the norms of the largest matrices; and with 10 to 20 binary digits of an element left.
    private static int Largest => IsSinglePrecision ? 104 : 1000;

    private static int Subnormal => IsSinglePrecision ? -136 : -1060;

    /// <summary>
    /// The smallest number, as a share of a matrix at this scale: results of its size are rounded by it.
    /// </summary>
    private static double Least(int exponent) => Math.ScaleB(1.0, (IsSinglePrecision ? -149 : -1074) - exponent);

    public static TheoryData<string> Kinds =>
    [
        "random", "ones", "zero", "products of indices", "equal rows", "equal columns", "outer product",
        "integer triangle",
        "integers", "graded", "multiple of the identity", "jordan block", "one corner", "hilbert", "cycle", "sparse",
    ];

    private static Matrix<T> Make(string kind, int order) => Make(kind, order, 1000 + order);

    private static Matrix<T> Make(string kind, int order, int seed)
    {
        var random = new Random(seed);
        Complex Any() => new(2.0 * random.NextDouble() - 1.0, 2.0 * random.NextDouble() - 1.0);
        Complex[] row = [.. Enumerable.Range(0, order).Select(_ => Any())];
        Func<int, int, Complex> element = kind switch
        {
            "random" => (_, _) => Any(),
            "ones" => (_, _) => 1.0,
            "zero" => (_, _) => 0.0,
            "products of indices" => (i, j) => (i + 1.0) * (j + 1.0),
            "equal rows" => (_, j) => row[j],
            "equal columns" => (i, _) => row[i],
            "outer product" => (i, j) => row[i] * row[order - 1 - j],
            "integer triangle" => (i, j) => i <= j ? random.Next(-3, 4) : 0.0,
            "integers" => (_, _) => random.Next(-2, 3),
            "graded" => (i, j) => Any() * Math.Pow(10.0, -i / 4.0 - j / 3.0),
            "multiple of the identity" => (i, j) => i == j ? 3.0 : 0.0,
            "jordan block" => (i, j) => i == j || j == i + 1 ? 1.0 : 0.0,
            "one corner" => (i, j) => i == 0 && j == order - 1 ? 1.0 : 0.0,
            "hilbert" => (i, j) => 1.0 / (i + j + 1),
            "cycle" => (i, j) => j == (i + 1) % order ? 1.0 : 0.0,
            "sparse" => (_, _) => random.Next(5) == 0 ? Any() : 0.0,
            _ => throw new ArgumentException(kind),
        };
        return Matrix<T>.Build.Dense(order, order, (i, j) => Element<T>.Of(element(i, j)));
    }

    private static Matrix<T> Scaled(Matrix<T> a, int exponent)
    {
        double half = Math.ScaleB(1.0, exponent / 2), rest = Math.ScaleB(1.0, exponent - exponent / 2);
        return a.Map(value => Element<T>.Of(Element<T>.ToComplex(value) * half * rest));
    }

    /// <summary>
    /// Calls a check with A at a scale of 1, A scaled, and the exponent of the scale. What A loses where it is scaled,
    /// it loses at a scale of 1 too.
    /// </summary>
    private static void ForAll(string kind, Action<Matrix<T>, Matrix<T>, int> check)
    {
        for (int order = 1; order <= MaxOrder; order++)
        {
            Matrix<T> a = Make(kind, order);
            foreach (int exponent in new[] { 0, HalfOfExponents, -HalfOfExponents, Largest, Subnormal })
            {
                Matrix<T> scaled = Scaled(a, exponent);
                check(Scaled(scaled, -exponent), scaled, exponent);
            }
        }
    }

    private static void Small(Matrix<T> difference, double scale, int exponent)
    {
        double residual = difference.FrobeniusNorm();
        Assert.True(
            residual <= Threshold * difference.RowCount * (UnitRoundoff * scale + Least(exponent)),
            $"order {difference.RowCount}, scale 2^{exponent}: {residual} beside {scale}");
    }

    private static void Orthonormal(Matrix<T> q, int exponent) =>
        Small(q.ConjugateTransposeThisAndMultiply(q) - Matrix<T>.Build.DenseIdentity(q.ColumnCount), 1.0, exponent);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Singular_values_do_not_depend_on_units(string kind) => ForAll(kind, (a, scaled, exponent) =>
    {
        Svd<T> svd = scaled.Svd();
        Small(svd.U * Scaled(svd.W, -exponent) * svd.VT - a, a.FrobeniusNorm(), exponent);
        Orthonormal(svd.U, exponent);
        Orthonormal(svd.VT, exponent);
        Small(Scaled(scaled.Svd(computeVectors: false).W - svd.W, -exponent), a.FrobeniusNorm(), exponent);
        if (exponent != Subnormal)
        {
            // There, singular values that are rounding become 0 or the smallest number, which counts.
            Assert.Equal(a.Rank(), scaled.Rank());
        }

        Assert.Equal(a.L2Norm(), Math.ScaleB(scaled.L2Norm(), -exponent), 1e-5 * a.FrobeniusNorm() + Least(exponent));
        Assert.Equal(a.FrobeniusNorm(), Math.ScaleB(scaled.FrobeniusNorm(), -exponent), 1e-5 * a.FrobeniusNorm()
            + Least(exponent));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Eigenvalues_of_hermitian_matrices_do_not_depend_on_units(string kind) =>
        ForAll(kind, (any, _, exponent) =>
    {
        Matrix<T> a = any + any.ConjugateTranspose();
        Evd<T> evd = Scaled(a, exponent).Evd(Symmetricity.Hermitian);
        Small(a * evd.EigenVectors - evd.EigenVectors * Scaled(evd.D, -exponent), a.FrobeniusNorm(), exponent);
        Orthonormal(evd.EigenVectors, exponent);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Eigenvalues_of_general_matrices_do_not_depend_on_units(string kind) =>
        ForAll(kind, (a, scaled, exponent) =>
    {
        Evd<T> evd = scaled.Evd(Symmetricity.Asymmetric);
        Small(a * evd.EigenVectors - evd.EigenVectors * Scaled(evd.D, -exponent),
            a.FrobeniusNorm() * evd.EigenVectors.FrobeniusNorm(), exponent);
        if (exponent != Subnormal)
        {
            // There, a pair loses its imaginary part where that is rounding, and its two vectors share one norm.
            Normalized(evd);
        }
    });

    /// <summary>Each eigenvector has norm 1; the two columns of a pair of real matrices hold one vector.</summary>
    private static void Normalized(Evd<T> evd)
    {
        for (int i = 0; i < evd.EigenValues.Count; i++)
        {
            double square = Math.Pow(evd.EigenVectors.Column(i).L2Norm(), 2.0);
            if (!Element<T>.IsComplex && evd.EigenValues[i].Imaginary != 0.0)
            {
                square += Math.Pow(evd.EigenVectors.Column(++i).L2Norm(), 2.0);
            }

            Assert.Equal(1.0, square, Threshold * evd.EigenValues.Count * UnitRoundoff);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void QR_does_not_depend_on_units(string kind) => ForAll(kind, (a, scaled, exponent) =>
    {
        foreach (QRMethod method in new[] { QRMethod.Full, QRMethod.Thin })
        {
            QR<T> qr = scaled.QR(method);
            Small(qr.Q * Scaled(qr.R, -exponent) - a, a.FrobeniusNorm(), exponent);
            Orthonormal(qr.Q, exponent);
        }
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void LU_does_not_depend_on_units(string kind) => ForAll(kind, (a, scaled, exponent) =>
    {
        LU<T> lu = scaled.LU();
        Matrix<T> permuted = a.Clone();
        permuted.PermuteRows(lu.P);
        Small(lu.L * Scaled(lu.U, -exponent) - permuted, a.FrobeniusNorm(), exponent);
    });

    [Fact]
    public void Cholesky_and_solutions_do_not_depend_on_units() => ForAll("random", (any, _, exponent) =>
    {
        Matrix<T> scaled =
            Scaled(any * any.ConjugateTranspose() + Matrix<T>.Build.DenseIdentity(any.RowCount), exponent);
        Matrix<T> a = Scaled(scaled, -exponent);

        // L is of the size of the root of A: never subnormal, and accurate at every scale.
        Matrix<T> factor = Scaled(scaled.Cholesky().Factor, -exponent / 2);
        Small(factor * factor.ConjugateTranspose() - a, a.FrobeniusNorm(), 0);
        Assert.Equal(1.0, ConditionEstimate.Of(scaled) / ConditionEstimate.Of(a), 1e-4);
        Matrix<T> b = Scaled(any, exponent), x = scaled.Solve(b);
        Small(a * x - any, (a.FrobeniusNorm() + Least(exponent) / UnitRoundoff) * x.FrobeniusNorm(), exponent);
        if (exponent != Subnormal)
        {
            // There, an inverse is larger than the largest number.
            Matrix<T> inverse = Scaled(scaled.Inverse(), exponent);
            Small(a * inverse - Matrix<T>.Build.DenseIdentity(a.RowCount),
                a.FrobeniusNorm() * inverse.FrobeniusNorm(), exponent);
        }
    });

    [Theory]
    [InlineData("ones")]
    [InlineData("equal rows")]
    [InlineData("equal columns")]
    [InlineData("markov")]
    public void Eigenvalues_of_matrices_of_rank_one_are_found_at_every_order(string kind)
    {
        for (int order = 20; order <= 130; order++)
        {
            Matrix<T> a = Make(kind == "markov" ? "equal rows" : kind, order);
            if (kind == "markov")
            {
                double sum = a.Row(0).Sum(Element<T>.Magnitude);
                a = a.Map(x => Element<T>.Of(Element<T>.Magnitude(x) / sum));
            }

            Evd<T> evd = a.Evd(Symmetricity.Asymmetric);
            Small(a * evd.EigenVectors
                - evd.EigenVectors * evd.D, a.FrobeniusNorm() * evd.EigenVectors.FrobeniusNorm(), 0);
            Complex trace = Element<T>.ToComplex(a.Trace());
            Assert.Contains(evd.EigenValues, value =>
                (value - trace).Magnitude <= Threshold * order * UnitRoundoff * a.FrobeniusNorm());
        }
    }

    [Fact]
    public void Random_matrices_of_random_orders_and_scales_are_factorized() => Fuzz(200);

    [Fact(Explicit = true)]
    [Trait("Check", "fuzz")]
    public void A_hundred_thousand_random_matrices_of_random_orders_and_scales_are_factorized()
    {
        // 25,000 of each of the four element types.
        double worst = Fuzz(25_000);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{typeof(T).Name}: the largest of all residuals is {worst:0.0} n ε");
    }

    /// <summary>Every factorization of random matrices: the largest residual, in units of n ε.</summary>
    private static double Fuzz(int count)
    {
        var random = new Random(7);
        string[] kinds = [.. Kinds.Select(row => row.Data)];
        double worst = 0.0;
        for (int i = 0; i < count; i++)
        {
            // Small orders are as frequent as large ones, and scales reach three quarters of the exponents.
            int order = (int)Math.Pow(60.0, random.NextDouble()),
                exponent = random.Next(-HalfOfExponents, HalfOfExponents) * 3 / 2;
            string kind = kinds[random.Next(kinds.Length)];
            double found = Residual(Make(kind, order, random.Next()), exponent);
            Assert.True(found <= Threshold, $"matrix {i}, {kind} of order {order} at 2^{exponent}: {found}");
            worst = Math.Max(worst, found);
        }

        return worst;
    }

    /// <summary>The largest residual of the factorizations of 2^exponent A, in units of n ε.</summary>
    private static double Residual(Matrix<T> a, int exponent)
    {
        Matrix<T> scaled = Scaled(a, exponent), permuted = a.Clone(), hermitian = a + a.ConjugateTranspose();
        Svd<T> svd = scaled.Svd();
        Evd<T> symmetric = Scaled(hermitian, exponent).Evd(Symmetricity.Hermitian),
            general = scaled.Evd(Symmetricity.Asymmetric);
        QR<T> full = scaled.QR(QRMethod.Full), thin = scaled.QR(QRMethod.Thin);
        LU<T> lu = scaled.LU();
        permuted.PermuteRows(lu.P);

        // An even exponent, since L has the root of the scale; a smaller one, since A Aᴴ is larger than A.
        int even = exponent * 3 / 8 * 2;
        Matrix<T> definite = a * a.ConjugateTranspose()
            + Matrix<T>.Build.DenseIdentity(a.RowCount) * Element<T>.Of(1e-3 + a.FrobeniusNorm());
        Matrix<T> factor = Scaled(Scaled(definite, even).Cholesky().Factor, -even / 2);
        double In(Matrix<T> difference, double scale) =>
            difference.FrobeniusNorm() is > 0.0 and var size
                ? size / (a.RowCount * UnitRoundoff * scale)
                : difference.FrobeniusNorm();
        double Identity(Matrix<T> q) =>
            In(q.ConjugateTransposeThisAndMultiply(q) - Matrix<T>.Build.DenseIdentity(q.ColumnCount), 1.0);
        double norm = a.FrobeniusNorm();
        return new[]
        {
            In(svd.U * Scaled(svd.W, -exponent) * svd.VT - a, norm), Identity(svd.U), Identity(svd.VT),
            In(hermitian * symmetric.EigenVectors - symmetric.EigenVectors * Scaled(symmetric.D, -exponent),
                hermitian.FrobeniusNorm()),
            Identity(symmetric.EigenVectors),
            In(a * general.EigenVectors - general.EigenVectors * Scaled(general.D, -exponent),
                norm * general.EigenVectors.FrobeniusNorm()),
            In(full.Q * Scaled(full.R, -exponent) - a, norm), Identity(full.Q),
            In(thin.Q * Scaled(thin.R, -exponent) - a, norm), Identity(thin.Q),
            In(lu.L * Scaled(lu.U, -exponent) - permuted, norm),
            In(factor * factor.ConjugateTranspose() - definite, definite.FrobeniusNorm()),
        }.Max();
    }

    [Fact]
    public void Not_a_number_and_infinity_end_in_an_exception()
    {
        foreach (int order in new[] { 1, 2, 3, 8, 25, 60 })
        {
            foreach (double bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            {
                Matrix<T> a = Make("random", order);
                a[order - 1, order / 2] = Element<T>.Of(bad);
                Assert.Throws<NonConvergenceException>(() => a.Svd());
                Assert.Throws<NonConvergenceException>(() => a.Evd(Symmetricity.Hermitian));
                Assert.Throws<NonConvergenceException>(() => a.Evd(Symmetricity.Asymmetric));
                Assert.Throws<NonConvergenceException>(() => a.QR());
                Assert.Throws<NonConvergenceException>(() => a.LU());
                Assert.Throws<NonConvergenceException>(() => a.Inverse());
                Assert.Throws<NonConvergenceException>(() => a.Solve(Make("random", order)));
                Assert.Throws<ArgumentException>(() => a.Cholesky());
            }
        }
    }

    [Fact]
    public void Empty_matrices_are_decomposed()
    {
        Matrix<T> wide = Matrix<T>.Build.Dense(0, 3), none = Matrix<T>.Build.Dense(0, 0);
        Assert.Equal(Matrix<T>.Build.DenseIdentity(3), wide.Svd().VT);
        Assert.Equal(Matrix<T>.Build.DenseIdentity(3), wide.Transpose().Svd().U);
        Assert.Equal(0.0, wide.FrobeniusNorm());
        Assert.Equal(0.0, wide.Transpose().InfinityNorm());
        Assert.Equal(0, none.Cholesky().Factor.RowCount);
    }
}

public class DoubleScaleTests : ScaleTests<double>;

public class SingleScaleTests : ScaleTests<float>;

public class ComplexScaleTests : ScaleTests<Complex>;

public class Complex32ScaleTests : ScaleTests<Complex32>;
