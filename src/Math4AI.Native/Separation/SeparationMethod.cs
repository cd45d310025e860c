using Math4AI.Separation.Rooms;

namespace Math4AI.Separation;

/// <summary>
/// A separation method as <see cref="Separator.Methods"/> lists it: its name, what it optimizes, which settings it
/// takes, and what its results allow.
/// </summary>
/// <param name="name">The name, in lower case, as <c>math4ai separate --method</c> takes it.</param>
public sealed class SeparationMethod(string name)
{
    /// <summary>Gets the name, such as "fastica".</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Gets a one-line description of the method and of the data it suits.</summary>
    public string Summary { get; init; } = string.Empty;

    /// <summary>Gets what <see cref="SeparationResult.Objectives"/> holds, such as "contrast (maximized)".</summary>
    public string Objective { get; init; } = "objective";

    /// <summary>Gets whether the search can begin at <see cref="SeparationOptions.Start"/>.</summary>
    public bool TakesStart { get; init; }

    /// <summary>Gets whether the method uses <see cref="SeparationOptions.Contrast"/>.</summary>
    public bool TakesContrast { get; init; }

    /// <summary>Gets whether the method uses <see cref="SeparationOptions.SearchSamples"/>.</summary>
    public bool TakesSearchSamples { get; init; }

    /// <summary>
    /// Gets whether <see cref="Quality.UnmixingErrors"/> holds for its results: the method solves the likelihood
    /// equations.
    /// </summary>
    public bool HasStandardErrors { get; init; }

    /// <summary>
    /// Gets whether it separates sources by their densities alone. Two Gaussian sources are then inseparable, and
    /// <see cref="SeparationResult.Notes"/> says so.
    /// </summary>
    public bool UsesDensities { get; init; } = true;

    /// <summary>
    /// Gets whether the order of the samples matters. Such a method cannot be run on resampled data, and has no
    /// <see cref="Quality.Stability"/>.
    /// </summary>
    public bool UsesSampleOrder { get; init; }

    /// <summary>
    /// Gets whether the method separates recordings from rooms with echoes (<see cref="RoomSeparator"/>).
    /// </summary>
    public bool IsForRooms => RoomFactory is not null;

    /// <summary>
    /// Gets the function that creates a separator from settings; null if the method needs options of its own.
    /// </summary>
    public Func<SeparationOptions, Separator>? Factory { get; init; }

    /// <summary>Gets the function that creates a separator for rooms; null for all other methods.</summary>
    internal Func<SeparationOptions, RoomSeparator>? RoomFactory { get; init; }

    /// <summary>Creates a separator.</summary>
    /// <param name="options">The settings; those that the method does not take are ignored.</param>
    /// <exception cref="NotSupportedException">The method has no factory, or is for rooms.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public Separator Create(SeparationOptions? options = null) =>
        Factory?.Invoke(options ?? new SeparationOptions())
        ?? throw new NotSupportedException(
            IsForRooms
                ? $"{Name} separates recordings from rooms: use Separator.Auto or RoomSeparator."
                : $"{Name} cannot be made from SeparationOptions: construct its separator.");

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;
}
