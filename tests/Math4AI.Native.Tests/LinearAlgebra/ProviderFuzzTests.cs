using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.LinearAlgebra.Storage;
using MathNet.Numerics.Providers.LinearAlgebra;
using Complex = System.Numerics.Complex;
using Transpose = MathNet.Numerics.Providers.LinearAlgebra.Transpose;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>
/// Products, sums and solutions of random shapes, whose results share memory with what they are computed from, and
/// whose factors are parts of larger matrices: the errors are rounding, in units of n ε.
/// </summary>
public abstract class ProviderFuzzTests<T>
    where T : struct, IEquatable<T>, IFormattable
{
    private const double Threshold = 30.0;
    private const int MaxOrder = 70;

    private readonly Random random = new(11);

    protected ProviderFuzzTests() => Assert.Equal(LinearAlgebraBackend.Mkl, Compute.Provider);

    private static double UnitRoundoff => Element<T>.Epsilon / 2.0;

    private static ILinearAlgebraProvider<T> Provider => (ILinearAlgebraProvider<T>)LinearAlgebraControl.Provider;

    [Fact]
    public void Results_that_share_memory_with_factors_are_right() => Fuzz(300);

    [Fact(Explicit = true)]
    [Trait("Check", "fuzz")]
    public void Ten_thousand_results_that_share_memory_with_factors_are_right() =>
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{typeof(T).Name}: the largest of all errors is {Fuzz(10_000):0.0} n ε");

    [Fact]
    public void Not_a_number_and_infinity_end_at_once_in_an_exception_at_every_verb()
    {
        foreach (int order in new[] { 1, 2, 3, 6, 7, 8, 9, 16, 17, 23, 64 })
        {
            foreach (double bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            {
                Matrix<T> a = Random(order, order);
                a[order / 2, order - 1] = Element<T>.Of(bad);
                Vector<T> b = Random(order, 1).Column(0);
                Action[] verbs =
                [
                    () => a.Svd(), () => a.Svd(computeVectors: false), () => a.Rank(), () => a.L2Norm(),
                    () => a.ConditionNumber(), () => a.PseudoInverse(), () => a.Nullity(), () => a.Evd(),
                    () => a.Evd(Symmetricity.Hermitian), () => a.Evd(Symmetricity.Asymmetric), () => a.QR(),
                    () => a.QR(QRMethod.Full), () => a.LU(), () => a.Inverse(), () => a.Determinant(),
                    () => a.Solve(b), () => a.Solve(a), () => a.Cholesky(),
                ];
                for (int verb = 0; verb < verbs.Length; verb++)
                {
                    Exception? thrown = Record.Exception(verbs[verb]);
                    Assert.True(
                        thrown is NonConvergenceException or ArgumentException,
                        $"verb {verb}, order {order}, {bad}: {thrown?.GetType().Name ?? "an answer"}");
                }
            }
        }
    }

    private double Fuzz(int count)
    {
        Func<double>[] operations = [Product, Combination, InPlaceSolution, PointwiseSum, SubMatrixProduct];
        double worst = 0.0;
        for (int i = 0; i < count; i++)
        {
            int operation = random.Next(operations.Length);
            double found = operations[operation]();
            Assert.True(found <= Threshold, $"operation {operation}, case {i}: {found} n ε");
            worst = Math.Max(worst, found);
        }

        return worst;
    }

    private int Order() => 1 + (int)Math.Pow(MaxOrder, random.NextDouble());

    private T Number() => Element<T>.Of(new Complex(2.0 * random.NextDouble() - 1.0, 2.0 * random.NextDouble() - 1.0));

    private Matrix<T> Random(int rows, int columns) => Matrix<T>.Build.Dense(rows, columns, (_, _) => Number());

    private static T[] Array(Matrix<T> matrix) => ((DenseColumnMajorMatrixStorage<T>)matrix.Storage).Data;

    private static Complex At(Matrix<T> a, Transpose transpose, int i, int j) => transpose switch
    {
        Transpose.DontTranspose => Element<T>.ToComplex(a[i, j]),
        Transpose.Transpose => Element<T>.ToComplex(a[j, i]),
        _ => Complex.Conjugate(Element<T>.ToComplex(a[j, i])),
    };

    /// <summary>α op(A) op(B) + β C into A, into B or into a matrix of its own; A and B may be one.</summary>
    private double Product()
    {
        int n = Order();
        Transpose[] kinds = [Transpose.DontTranspose, Transpose.Transpose, Transpose.ConjugateTranspose];
        Transpose left = kinds[random.Next(3)], right = kinds[random.Next(3)];
        Matrix<T> a = Random(n, n), b = random.Next(3) == 0 ? a : Random(n, n);
        Matrix<T> c = random.Next(3) switch { 0 => a, 1 => b, _ => Random(n, n) };
        T alpha = Number(), beta = random.Next(2) == 0 ? Element<T>.Of(0.0) : Number();
        (Matrix<T> oldA, Matrix<T> oldB, Matrix<T> oldC) = (a.Clone(), b.Clone(), c.Clone());
        Provider.MatrixMultiplyWithUpdate(
            left, right, alpha, Array(a), n, n, Array(b), n, n, beta, Array(c));
        return Error(
            c,
            n,
            (i, j) => Enumerable.Range(0, n)
                .Select(l => Element<T>.ToComplex(alpha) * At(oldA, left, i, l) * At(oldB, right, l, j))
                .Append(Element<T>.ToComplex(beta) * At(oldC, Transpose.DontTranspose, i, j)));
    }

    /// <summary>y + α x into x, into y, or into a vector of its own.</summary>
    private double Combination()
    {
        int n = Order() * Order();
        Matrix<T> x = Random(n, 1), y = random.Next(4) == 0 ? x : Random(n, 1);
        Matrix<T> result = random.Next(3) switch { 0 => x, 1 => y, _ => Random(n, 1) };
        T alpha = Number();
        (Matrix<T> oldX, Matrix<T> oldY) = (x.Clone(), y.Clone());
        Provider.AddVectorToScaledVector(Array(y), alpha, Array(x), Array(result));
        return Error(result, 1, (i, j) =>
        [
            At(oldY, Transpose.DontTranspose, i, j),
            Element<T>.ToComplex(alpha) * At(oldX, Transpose.DontTranspose, i, j),
        ]);
    }

    /// <summary>Sums, differences and products by element, over either of their terms.</summary>
    private double PointwiseSum()
    {
        int n = Order(), m = Order();
        Matrix<T> x = Random(n, m), y = random.Next(4) == 0 ? x : Random(n, m);
        Matrix<T> result = random.Next(3) switch { 0 => x, 1 => y, _ => Random(n, m) };
        (Matrix<T> oldX, Matrix<T> oldY) = (x.Clone(), y.Clone());
        int kind = random.Next(3);
        switch (kind)
        {
            case 0:
                x.Add(y, result);
                break;
            case 1:
                x.Subtract(y, result);
                break;
            default:
                x.PointwiseMultiply(y, result);
                break;
        }

        return Error(result, 1, (i, j) =>
        {
            Complex first = At(oldX, Transpose.DontTranspose, i, j), second = At(oldY, Transpose.DontTranspose, i, j);
            return kind == 2 ? [first * second] : [first, kind == 0 ? second : -second];
        });
    }

    /// <summary>A part of a matrix times a part of it, written into another part.</summary>
    private double SubMatrixProduct()
    {
        int n = Order(), margin = random.Next(5);
        Matrix<T> whole = Random(2 * n + margin, n + margin), old = whole.Clone();
        whole.SetSubMatrix(
            0, margin, whole.SubMatrix(0, n, 0, n) * whole.SubMatrix(n + margin, n, margin, n));
        Matrix<T> changed = whole.SubMatrix(0, n, margin, n);
        whole.SetSubMatrix(0, margin, old.SubMatrix(0, n, margin, n));
        Assert.Equal(old, whole);
        return Error(changed, n, (i, j) => Enumerable.Range(0, n).Select(l =>
            At(old, Transpose.DontTranspose, i, l) * At(old, Transpose.DontTranspose, n + margin + l, margin + j)));
    }

    /// <summary>The solution over the right-hand side: ‖A x − b‖ beside ‖A‖ ‖x‖.</summary>
    private double InPlaceSolution()
    {
        int n = Order(), columns = 1 + random.Next(4);
        Matrix<T> a = Random(n, n), x = Random(n, columns), b = x.Clone();
        Matrix<T> definite = a * a.ConjugateTranspose() + Matrix<T>.Build.DenseIdentity(n);
        int kind = random.Next(3);
        Matrix<T> solved = kind == 1 ? definite : a;
        ISolver<T> solver = kind switch { 0 => a.LU(), 1 => definite.Cholesky(), _ => a.QR() };
        solver.Solve(x, x);
        return (solved * x - b).FrobeniusNorm()
            / (n * UnitRoundoff * solved.FrobeniusNorm() * x.FrobeniusNorm());
    }

    /// <summary>The largest error of an element beside the sum of the magnitudes of its terms.</summary>
    private static double Error(Matrix<T> result, int terms, Func<int, int, IEnumerable<Complex>> termsOf)
    {
        double worst = 0.0;
        for (int i = 0; i < result.RowCount; i++)
        {
            for (int j = 0; j < result.ColumnCount; j++)
            {
                (Complex sum, double size) = (Complex.Zero, double.Epsilon);
                foreach (Complex term in termsOf(i, j))
                {
                    sum += term;
                    size += term.Magnitude;
                }

                double error = (Element<T>.ToComplex(result[i, j]) - sum).Magnitude;
                worst = Math.Max(worst, error / ((terms + 3) * UnitRoundoff * size));
            }
        }

        return double.IsNaN(worst) ? double.PositiveInfinity : worst;
    }
}

public class DoubleProviderFuzzTests : ProviderFuzzTests<double>;

public class SingleProviderFuzzTests : ProviderFuzzTests<float>;

public class ComplexProviderFuzzTests : ProviderFuzzTests<Complex>;

public class Complex32ProviderFuzzTests : ProviderFuzzTests<Complex32>;
