using Math4AI.Data;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Separation;

/// <summary>
/// Solves A X = Y for the sources of a known mixing: by LU where A is square, in the least-squares sense by QR where
/// there are more channels than sources. Equals <c>numpy.linalg.solve</c> and <c>numpy.linalg.lstsq</c>.
/// </summary>
internal sealed class KnownMixing : Separator
{
    private readonly Matrix<double> mixing;

    public KnownMixing(Matrix<double> mixing)
    {
        ArgumentNullException.ThrowIfNull(mixing);
        if (mixing.RowCount < mixing.ColumnCount)
        {
            throw new ArgumentException(
                $"The mixing matrix is {mixing.RowCount} × {mixing.ColumnCount}: fewer channels than sources cannot be "
                + "solved for the sources.",
                nameof(mixing));
        }

        if (!double.IsFinite(mixing.FrobeniusNorm()))
        {
            throw new ArgumentException("The mixing matrix holds a value that is not finite.", nameof(mixing));
        }

        this.mixing = mixing;
    }

    public override SeparationMethod Method { get; } = new("known mixing")
    {
        Summary = "solves A X = Y",
        UsesDensities = false,
    };

    protected override SeparationSolution Solve(
        ISampleSource mixture, SeparationLog log, CancellationToken cancellation)
    {
        if (mixture.Channels != mixing.RowCount)
        {
            throw new ArgumentException(
                $"The mixing matrix has {mixing.RowCount} rows, and the mixture has {mixture.Channels} channels: one "
                + "row for each channel is needed.",
                nameof(mixture));
        }

        log.Begin("solve");
        RequireSolvable(mixture.Epsilon);
        Matrix<double> identity = DenseMatrix.CreateIdentity(mixing.RowCount);
        Matrix<double> unmixing = mixing.RowCount == mixing.ColumnCount
            ? mixing.LU().Solve(identity)
            : mixing.QR(QRMethod.Thin).Solve(identity);
        var solution = new Unmixing(unmixing, mixing, DenseVector.Create(mixing.RowCount, 0.0));
        return new SeparationSolution(solution, Termination.Direct) { IsUnique = true };
    }

    /// <summary>
    /// Throws where fewer than half of the digits would survive: the condition number may not exceed 1/√ε.
    /// </summary>
    private void RequireSolvable(double epsilon)
    {
        double condition = mixing.ConditionNumber();
        double limit = 1.0 / Math.Sqrt(epsilon);
        if (double.IsNaN(condition) || condition > limit)
        {
            throw new ArgumentException(
                $"The mixing matrix has a condition number of {condition:G3}, more than the {limit:G3} that the "
                + "precision of the data allows: its columns are nearly dependent, and the sources cannot be told "
                + "apart.");
        }
    }
}
