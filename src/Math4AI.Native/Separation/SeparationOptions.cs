using Math4AI.Separation.Ica;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation;

/// <summary>
/// Settings of <see cref="Separator.Auto"/>. Without any of them the recording decides on the model, and there are as
/// many sources as independent channels.
/// </summary>
public sealed record SeparationOptions
{
    private const int MinSearchSamples = 1000;

    /// <summary>Gets the method; null for the default one of the model.</summary>
    public SeparationMethod? Method { get; init; }

    /// <summary>
    /// Gets whether the recording comes from a room with echoes; null to find out by <see cref="Rooms.RoomTest"/>. The
    /// test is made where the input is sound and no other setting decides.
    /// </summary>
    public bool? IsRoom { get; init; }

    /// <summary>Gets the number of sources; null for as many as there are independent channels.</summary>
    public int? Sources { get; init; }

    /// <summary>
    /// Gets whether the number of sources is estimated: by <see cref="SourceCount"/>, and in a room by which outputs
    /// rise and fall together.
    /// </summary>
    public bool EstimatesSources { get; init; }

    /// <summary>
    /// Gets the unmixing matrix at which the search begins, sources × channels, such as that of a similar recording;
    /// null for a search from scratch.
    /// </summary>
    public Matrix<double>? Start { get; init; }

    /// <summary>Gets the contrast function of FastICA; null for log cosh.</summary>
    public Contrast? Contrast { get; init; }

    /// <summary>
    /// Gets the maximum number of samples in which the minimum of the mutual information is searched, 1000 or more;
    /// null for the default.
    /// </summary>
    public int? SearchSamples { get; init; }

    /// <summary>Gets the long window for rooms, in samples, a power of two; null for about half a second.</summary>
    public int? Window { get; init; }

    /// <summary>Gets the microphone, from 0, as which the sources in a room are heard.</summary>
    public int ReferenceMicrophone { get; init; }

    /// <summary>
    /// Gets whether there may be more sources than microphones, which makes a recording one from a room
    /// (<see cref="Rooms.RoomSeparatorOptions.MoreThanMicrophones"/>).
    /// </summary>
    public bool MoreThanMicrophones { get; init; }

    /// <summary>
    /// Gets whether the sources in a room are what filters that do not change over time give
    /// (<see cref="Rooms.RoomSeparatorOptions.IsLinear"/>). Those of a mixture without echoes always are.
    /// </summary>
    public bool IsLinear { get; init; }

    /// <summary>Gets the seed: the same seed and number of threads give the same bits.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Gets whether the model is left to the room test.</summary>
    internal bool IsModelOpen =>
        IsRoom is null && Method is null && Start is null && Contrast is null && SearchSamples is null;

    /// <summary>Gets whether the settings ask for the model of a room.</summary>
    internal bool IsRoomAsked => IsRoom == true || MoreThanMicrophones || Method is { IsForRooms: true };

    /// <summary>Gets the method for mixtures without echoes.</summary>
    internal SeparationMethod MixtureMethod => Method ?? Separator.Methods.First(method => !method.IsForRooms);

    /// <summary>Gets the method for rooms.</summary>
    internal SeparationMethod RoomMethod =>
        Method is { IsForRooms: true } ? Method : Separator.Methods.First(method => method.IsForRooms);

    /// <summary>Throws if the settings do not fit together.</summary>
    /// <exception cref="ArgumentException">The message says which settings do not fit, and what would.</exception>
    internal void Check()
    {
        Require(Sources is not < 1, $"The number of sources must be 1 or more, not {Sources}.");
        Require(ReferenceMicrophone >= 0, "There is no such reference microphone: the first channel has the number 1.");
        Require(
            Contrast is null || (!IsRoomAsked && MixtureMethod.TakesContrast),
            $"A contrast belongs to the method {Names(method => method.TakesContrast)}.");
        Require(
            SearchSamples is null
                || (SearchSamples >= MinSearchSamples && !IsRoomAsked && MixtureMethod.TakesSearchSamples),
            $"The search takes {MinSearchSamples} samples or more, and belongs to the method "
            + $"{Names(method => method.TakesSearchSamples)}.");
        Require(
            Start is null || (!IsRoomAsked && MixtureMethod.TakesStart && Sources is null && !EstimatesSources),
            $"A start belongs to the methods {Names(method => method.TakesStart)}, and fixes the number of sources.");
        Require(
            !MoreThanMicrophones || Sources is not null,
            "Where there are more sources than microphones, their number cannot be found: give it (--sources N).");
        Require(
            !IsRoomAsked || Method is not { IsForRooms: false },
            $"A room is separated by {Names(method => method.IsForRooms)}: leave out other methods.");
    }

    private static string Names(Func<SeparationMethod, bool> which) =>
        string.Join(", ", Separator.Methods.Where(which));

    private static void Require(bool isRight, string message)
    {
        if (!isRight)
        {
            throw new ArgumentException(message);
        }
    }
}
