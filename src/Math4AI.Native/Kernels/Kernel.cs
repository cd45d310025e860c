using Math4AI.Kernels.Functions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels;

/// <summary>
/// A kernel k(x, x′): a positive semidefinite function of two samples, the inner product of their images in a feature
/// space that is never written down. A kernel is a value: its hyperparameters do not change, and <see cref="With"/>
/// gives the same kernel with others.
/// </summary>
/// <remarks>
/// Kernels add and multiply: <c>2.0 * Kernel.Rbf(0.5) + Kernel.White(0.1)</c>. A kernel of one's own derives from this
/// class, or comes from a function of tensors, whose derivatives are exact (<see cref="Of"/>). Source: Rasmussen and
/// Williams, Gaussian Processes for Machine Learning (2006), chapter 4.
/// </remarks>
public abstract class Kernel
{
    /// <summary>Gets the names of the hyperparameters, in the order of <see cref="Parameters"/>.</summary>
    public abstract IReadOnlyList<string> ParameterNames { get; }

    /// <summary>
    /// Gets θ, the hyperparameters as an optimiser sees them: the natural logarithms of those that are positive.
    /// </summary>
    public abstract IReadOnlyList<double> Parameters { get; }

    /// <summary>Gets a short description with the values of the hyperparameters, such as <c>2 * rbf(0.5)</c>.</summary>
    public abstract override string ToString();

    /// <summary>
    /// Gives the description with the names of columns behind a kernel, such as <c>rbf(0.5)[age]</c>, in place of their
    /// numbers.
    /// </summary>
    /// <param name="columns">The names of all columns of the samples.</param>
    public string ToString(IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return ColumnsKernel.Named($"{this}", columns);
    }

    /// <summary>
    /// Gets the kernel as a formula that <see cref="Parse"/> reads, with every digit of its hyperparameters: what a
    /// fitted machine is saved with. A kernel of one's own overrides it, and gives its name to <see
    /// cref="KernelNames.Add"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">The kernel is a function that no formula describes.</exception>
    public virtual string Formula => throw new NotSupportedException(
        $"The kernel {this} has no formula, and cannot be saved: derive from Kernel, override Formula, and name the "
        + "kernel by KernelNames.Add.");

    /// <summary>
    /// Reads a kernel from a formula, such as <c>2 * rbf(0.5) + periodic(1, 0.3)[0] + white(0.1)</c>.
    /// </summary>
    /// <param name="formula">
    /// Sums and products of numbers and of kernels by <see cref="KernelNames"/>, with brackets, and the columns of a
    /// kernel, from 0, behind it. A kernel without numbers has those that are usual.
    /// </param>
    /// <exception cref="FormatException">The text is no such formula: what is wrong is named.</exception>
    public static Kernel Parse(string formula) => new KernelParser(formula).Parse();

    /// <summary>Makes the same kernel with other hyperparameters.</summary>
    /// <param name="parameters">θ, in the order of <see cref="ParameterNames"/>.</param>
    /// <exception cref="ArgumentException">The number of parameters is another, or one is not finite.</exception>
    public Kernel With(params ReadOnlySpan<double> parameters)
    {
        if (parameters.Length != Parameters.Count)
        {
            throw new ArgumentException(
                $"The kernel {this} has {Parameters.Count} hyperparameters, and {parameters.Length} were given.",
                nameof(parameters));
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            if (!double.IsFinite(parameters[i]))
            {
                throw new ArgumentException($"The hyperparameter {ParameterNames[i]} is {parameters[i]}, not a finite "
                    + "number.", nameof(parameters));
            }
        }

        return WithParameters(parameters);
    }

    /// <summary>Computes the Gram matrix K, K[i, j] = k(x_i, x_j).</summary>
    /// <param name="samples">X, samples × inputs.</param>
    /// <exception cref="ArgumentException">
    /// The kernel is for another number of inputs, or a number is not finite.
    /// </exception>
    public Matrix<double> Gram(Matrix<double> samples)
    {
        var x = new KernelSamples(samples, nameof(samples));
        Check(x);
        var gram = new GramMatrix(x.Count, x.Count);
        Fill(x, x, gram);
        return gram.ToMatrix();
    }

    /// <summary>Computes the matrix of k(x_i, z_j), samples × others.</summary>
    /// <param name="samples">X, samples × inputs.</param>
    /// <param name="others">Z, others × inputs.</param>
    /// <remarks>
    /// Two samples are the same one only within one set: white noise is 0 here, also where the numbers agree.
    /// </remarks>
    /// <exception cref="ArgumentException">The numbers of inputs differ, or a number is not finite.</exception>
    public Matrix<double> Gram(Matrix<double> samples, Matrix<double> others)
    {
        KernelSamples x = new(samples, nameof(samples)), z = new(others, nameof(others));
        Check(x);
        Check(z);
        if (x.Inputs != z.Inputs)
        {
            throw new ArgumentException(
                $"The samples have {x.Inputs} inputs, and the others {z.Inputs}.", nameof(others));
        }

        var gram = new GramMatrix(x.Count, z.Count);
        Fill(x, z, gram);
        return gram.ToMatrix();
    }

    /// <summary>Computes the diagonal of the Gram matrix, k(x_i, x_i).</summary>
    /// <param name="samples">X, samples × inputs.</param>
    /// <exception cref="ArgumentException">
    /// The kernel is for another number of inputs, or a number is not finite.
    /// </exception>
    public Vector<double> Diagonal(Matrix<double> samples)
    {
        var x = new KernelSamples(samples, nameof(samples));
        Check(x);
        double[] diagonal = new double[x.Count];
        FillDiagonal(x, diagonal);
        return Vector<double>.Build.Dense(diagonal);
    }

    /// <summary>
    /// Computes the gradient of Σ_ij W_ij k(x_i, x_j) with respect to θ, without an array of samples × samples ×
    /// parameters.
    /// </summary>
    /// <param name="samples">X, samples × inputs.</param>
    /// <param name="weights">W, samples × samples, symmetric.</param>
    /// <exception cref="ArgumentException">The shapes do not belong together, or a number is not finite.</exception>
    public Vector<double> Gradient(Matrix<double> samples, Matrix<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var x = new KernelSamples(samples, nameof(samples));
        Check(x);
        if (weights.RowCount != x.Count || weights.ColumnCount != x.Count)
        {
            throw new ArgumentException(
                $"The weights are {weights.RowCount} × {weights.ColumnCount}, and there are {x.Count} samples.",
                nameof(weights));
        }

        double[] gradient = new double[Parameters.Count];
        AddGradient(x, GramMatrix.Of(weights), gradient);
        return Vector<double>.Build.Dense(gradient);
    }

    /// <summary>
    /// Gets the terms of a sum, each the covariance of one part of the function; of any other kernel, itself.
    /// </summary>
    public virtual IReadOnlyList<Kernel> Terms => [this];

    /// <summary>Gets the number of inputs that the kernel is for; null where it takes any.</summary>
    public virtual int? Inputs => null;

    /// <summary>
    /// Gets ℓ for each of so many inputs, in the unit of the samples that the kernel compares: over how much of an
    /// input the function changes, infinite for one that does not matter. Null, the default, where the kernel has none,
    /// or several for one input.
    /// </summary>
    /// <param name="inputs">The number of inputs.</param>
    public virtual IReadOnlyList<double>? LengthScalesOf(int inputs) => null;

    /// <summary>Gets whether k is 0 for any two samples: noise, which takes a diagonal and no matrix.</summary>
    public virtual bool IsDiagonal => false;

    /// <summary>Makes the same kernel with other hyperparameters, which were checked.</summary>
    /// <param name="parameters">θ.</param>
    protected abstract Kernel WithParameters(ReadOnlySpan<double> parameters);

    /// <summary>
    /// Fills k(x_i, z_j). Where <paramref name="others"/> is the same object as <paramref name="samples"/>, the matrix
    /// is symmetric: <see cref="GramMatrix.FillColumns"/> asks for the half on and below the diagonal alone and mirrors
    /// it.
    /// </summary>
    /// <param name="samples">X.</param>
    /// <param name="others">Z, or X itself.</param>
    /// <param name="gram">Where the values go.</param>
    protected internal abstract void Fill(KernelSamples samples, KernelSamples others, GramMatrix gram);

    /// <summary>Fills k(x_i, x_i).</summary>
    /// <param name="samples">X.</param>
    /// <param name="diagonal">One number a sample.</param>
    protected internal abstract void FillDiagonal(KernelSamples samples, Span<double> diagonal);

    /// <summary>Adds Σ_ij W_ij ∂k(x_i, x_j)/∂θ_p to each element of the gradient.</summary>
    /// <param name="samples">X.</param>
    /// <param name="weights">W, symmetric.</param>
    /// <param name="gradient">One number a hyperparameter.</param>
    protected internal abstract void AddGradient(KernelSamples samples, GramMatrix weights, Span<double> gradient);

    /// <summary>Adds the gradient where Σ_ij W_ij k(x_i, x_j) is known: a scale needs no pass for its own.</summary>
    internal virtual void AddGradient(
        KernelSamples samples, GramMatrix weights, double weightedSum, Span<double> gradient) =>
        AddGradient(samples, weights, gradient);

    /// <summary>Computes Σ_ij W_ij k(x_i, x_j).</summary>
    /// <param name="samples">X.</param>
    /// <param name="weights">W, symmetric.</param>
    protected internal virtual double WeightedSum(KernelSamples samples, GramMatrix weights)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(weights);
        var values = new GramMatrix(samples.Count, samples.Count);
        Fill(samples, samples, values);
        return System.Numerics.Tensors.TensorPrimitives.Dot<double>(values.Values, weights.Values);
    }

    /// <summary>The product with another kernel; a constant knows one that needs no second matrix.</summary>
    internal virtual Kernel Times(Kernel right) => new ProductKernel(this, right);

    /// <summary>The values of samples with one of the others at a time, in float32.</summary>
    internal virtual KernelColumns Columns(KernelSamples samples, KernelSamples others) =>
        new KernelColumns.Rounded(this, samples, others);

    internal void Check(KernelSamples samples)
    {
        if (Inputs is { } inputs && inputs != samples.Inputs)
        {
            throw new ArgumentException(
                $"The kernel {this} is for {inputs} inputs, and the samples have {samples.Inputs}.");
        }
    }

    /// <summary>The radial basis function (squared exponential), k = exp(−r²/2), r² = Σ_d (x_d − x′_d)²/ℓ_d².</summary>
    /// <param name="lengthScales">
    /// ℓ: one for all inputs, or one an input (automatic relevance determination), in the inputs' units.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A length scale is not positive and finite.</exception>
    public static Kernel Rbf(params IReadOnlyList<double> lengthScales) => new RbfKernel(lengthScales);

    /// <summary>The Matérn kernel of ν = 1/2, k = exp(−r): paths that are continuous and nowhere smooth.</summary>
    /// <param name="lengthScales">ℓ: one for all inputs, or one an input, in the inputs' units.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length scale is not positive and finite.</exception>
    public static Kernel Matern12(params IReadOnlyList<double> lengthScales) => new Matern12Kernel(lengthScales);

    /// <summary>The Matérn kernel of ν = 3/2, k = (1 + √3 r) exp(−√3 r): paths with one derivative.</summary>
    /// <param name="lengthScales">ℓ: one for all inputs, or one an input, in the inputs' units.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length scale is not positive and finite.</exception>
    public static Kernel Matern32(params IReadOnlyList<double> lengthScales) => new Matern32Kernel(lengthScales);

    /// <summary>The Matérn kernel of ν = 5/2, k = (1 + √5 r + 5r²/3) exp(−√5 r): paths with two derivatives.</summary>
    /// <param name="lengthScales">ℓ: one for all inputs, or one an input, in the inputs' units.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length scale is not positive and finite.</exception>
    public static Kernel Matern52(params IReadOnlyList<double> lengthScales) => new Matern52Kernel(lengthScales);

    /// <summary>
    /// The rational quadratic kernel, k = (1 + r²/(2α))^(−α): a mixture of RBF kernels of many length scales.
    /// </summary>
    /// <param name="alpha">α; RBF as α → ∞.</param>
    /// <param name="lengthScales">ℓ: one for all inputs, or one an input, in the inputs' units.</param>
    /// <exception cref="ArgumentOutOfRangeException">α or a length scale is not positive and finite.</exception>
    public static Kernel RationalQuadratic(double alpha, params IReadOnlyList<double> lengthScales) =>
        new RationalQuadraticKernel(alpha, lengthScales);

    /// <summary>The periodic kernel, k = exp(−2 Σ_d sin²(π(x_d − x′_d)/p)/ℓ²).</summary>
    /// <param name="period">p, in the inputs' unit.</param>
    /// <param name="lengthScale">ℓ, without a unit.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The period or the length scale is not positive and finite.
    /// </exception>
    public static Kernel Periodic(double period, double lengthScale = 1.0) => new PeriodicKernel(period, lengthScale);

    /// <summary>The linear kernel, k = x·x′ + c; with it, kernel methods are linear ones.</summary>
    /// <param name="offset">c, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">c is not positive and finite.</exception>
    public static Kernel Linear(double offset = 1.0) => new PolynomialKernel(1, offset);

    /// <summary>
    /// The polynomial kernel, k = (x·x′ + c)^p: the inner product of all monomials of degree up to p.
    /// </summary>
    /// <param name="degree">p, 1 or more.</param>
    /// <param name="offset">c, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The degree is less than 1, or c is not positive and finite.
    /// </exception>
    public static Kernel Polynomial(int degree, double offset = 1.0) => new PolynomialKernel(degree, offset);

    /// <summary>
    /// The constant kernel, k = c: the variance of an unknown level, or the scale of another kernel by a product.
    /// </summary>
    /// <param name="value">c, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">c is not positive and finite.</exception>
    public static Kernel Constant(double value) => new ConstantKernel(value);

    /// <summary>White noise: k = σ² for a sample and itself, 0 for two samples.</summary>
    /// <param name="variance">σ², in the target's unit squared.</param>
    /// <exception cref="ArgumentOutOfRangeException">σ² is not positive and finite.</exception>
    public static Kernel White(double variance) => new WhiteKernel(variance);

    /// <summary>A kernel from a function of two tensors, with derivatives by autodiff.</summary>
    /// <param name="names">The names of the hyperparameters.</param>
    /// <param name="parameters">θ; whatever is positive as its logarithm.</param>
    /// <param name="function">
    /// k: from samples × inputs, others × inputs and θ, all of float64, to samples × others. It must be positive
    /// semidefinite; that is not checked before a factorisation fails.
    /// </param>
    /// <exception cref="ArgumentException">There is not one name a parameter.</exception>
    public static Kernel Of(
        IReadOnlyList<string> names,
        IReadOnlyList<double> parameters,
        Func<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor, TorchSharp.torch.Tensor,
            TorchSharp.torch.Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(function);
        return names.Count == parameters.Count
            ? new TensorKernel(names, [.. parameters], function)
            : throw new ArgumentException(
                $"There are {names.Count} names for {parameters.Count} parameters.", nameof(names));
    }

    /// <summary>Makes this kernel of some of the columns alone.</summary>
    /// <param name="columns">The columns, from 0.</param>
    /// <exception cref="ArgumentException">There are none, or the kernel is for another number of inputs.</exception>
    public Kernel On(params IReadOnlyList<int> columns) => new ColumnsKernel(this, columns);

    /// <summary>The sum of two kernels: the covariance of the sum of two independent functions.</summary>
    /// <param name="left">k₁.</param>
    /// <param name="right">k₂.</param>
    public static Kernel operator +(Kernel left, Kernel right) => new SumKernel(left, right);

    /// <summary>The product of two kernels.</summary>
    /// <param name="left">k₁.</param>
    /// <param name="right">k₂.</param>
    public static Kernel operator *(Kernel left, Kernel right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.Times(right);
    }

    /// <summary>A kernel times a constant, which is a hyperparameter of the result.</summary>
    /// <param name="scale">c, positive.</param>
    /// <param name="kernel">k.</param>
    public static Kernel operator *(double scale, Kernel kernel) => new ScaledKernel(new ConstantKernel(scale), kernel);

    /// <inheritdoc cref="op_Addition(Kernel, Kernel)"/>
    public static Kernel Add(Kernel left, Kernel right) => left + right;

    /// <inheritdoc cref="op_Multiply(Kernel, Kernel)"/>
    public static Kernel Multiply(Kernel left, Kernel right) => left * right;
}
